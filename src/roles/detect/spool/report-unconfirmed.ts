import { eventFields } from "../../../base/log-events.ts";
import { topicHint } from "../../../mqtt/topics.ts";
import type { Spool } from "../../../spool/spool.ts";
import type { SpooledFace } from "../../../spool/types.ts";
import type { RoleContext } from "../../role.ts";
import type { SpoolSender } from "./spool-sender.ts";

const interval = 60_000;
/** A face that was captured later may be on its way, milliseconds. */
const usualTime = 10_000;
/** How long to wait for the first receipt before it is reported, milliseconds. */
const firstReceiptWait = 15_000;

interface Watched {
  readonly spool: Spool;
  readonly sender: SpoolSender;
  readonly directory: string;
  readonly until: "stored" | "broker";
  readonly broker: string;
  /** What is published to, for a hint. */
  readonly topics: readonly string[];
}

/**
 * Logs once a minute how many faces are unconfirmed, if there are others than those of the last seconds; and once, when the broker acknowledges faces
 * and no receipt ever comes, what may be missing.
 */
export function reportUnconfirmed(
  { spool, sender, directory, until, broker, topics }: Watched,
  { log }: RoleContext,
): { stop(): void } {
  const minutely = setInterval(() => {
    const [first] = spool.oldest;
    // The faces of the last seconds are always unconfirmed.
    if (!first || Date.now() - first.capturedAt < usualTime) return;
    const message = `${spool.faces} faces are not confirmed yet, the oldest of ${timeOf(first)}; they are in ${directory}`;
    log.warn(eventFields("faces_unconfirmed"), message);
  }, interval);

  let acknowledgedAt: number | undefined;
  const firstReceipt = setInterval(() => {
    if (until === "broker" || sender.receipts > 0) return clearInterval(firstReceipt);
    if (sender.acknowledged > 0) acknowledgedAt ??= Date.now();
    if (acknowledgedAt === undefined || Date.now() - acknowledgedAt < firstReceiptWait) return;
    clearInterval(firstReceipt);
    const what = `${broker} acknowledged ${sender.acknowledged} faces, and no receipt came for any`;
    const remedy =
      "Without receipts faces stay in the spool: run a store of this version at the end of the pipeline, " +
      "let the access rules (ACL) pass facepipe/stored/#, or use --spool-until broker";
    const hint = topicHint(topics.join(), "--name or --topic");
    log.warn(eventFields("receipts_missing"), `${what}. ${remedy}${hint}`);
  }, 1000);

  return {
    stop: () => {
      clearInterval(minutely);
      clearInterval(firstReceipt);
    },
  };
}

function timeOf({ capturedAt }: SpooledFace): string {
  return new Date(capturedAt).toISOString();
}
