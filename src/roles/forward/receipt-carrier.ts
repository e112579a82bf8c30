import { describe } from "../../base/errors.ts";
import { eventFields } from "../../base/log-events.ts";
import { decodeMessage } from "../../face/message.ts";
import { encodeReceipt, parseReceipt, receiptPrefix, receiptTopic } from "../../face/receipt.ts";
import type { BestEffortPublisher } from "../../mqtt/best-effort-publisher.ts";
import type { BrokerIdentity } from "../../mqtt/broker-identity.ts";
import type { ConnectionExtension } from "../../mqtt/connection.ts";
import { forwardedProperties } from "../../mqtt/forwarded-properties.ts";
import type { Link } from "../../mqtt/link.ts";
import { LoopGuard } from "../../mqtt/loop-guard.ts";
import type { IncomingMessage, OutgoingMessage } from "../../mqtt/message.ts";
import type { MessageRouter } from "../../mqtt/message-router.ts";
import { requestRefused } from "../../mqtt/mqtt-errors.ts";
import { subscribeOptionally } from "../../mqtt/optional-subscription.ts";
import type { DropReason } from "../../ops/metrics.ts";
import type { RoleContext } from "../role.ts";
import type { TopicMap } from "./topic-map.ts";

export interface CarrierOptions {
  readonly topics: TopicMap;
  readonly source: BrokerIdentity;
  readonly target: BrokerIdentity;
  /** Of the connection to the source. */
  readonly publisher: BestEffortPublisher;
  /** The target, as it is shown. */
  readonly targetHref: string;
}

/**
 * Carries the receipts of what was forwarded from the target back to the source; add it to the connection to the
 * target. It never delays forwarding: what it cannot deliver is dropped, and costs one repeat of some faces.
 */
export class ReceiptCarrier implements ConnectionExtension {
  readonly #options: CarrierOptions;
  readonly #context: RoleContext;
  readonly #loopGuard: LoopGuard;
  readonly #warned = new Set<string>();

  constructor(options: CarrierOptions, context: RoleContext) {
    this.#options = options;
    this.#context = context;
    this.#loopGuard = new LoopGuard(options.target, options.source);
  }

  route(router: MessageRouter): void {
    router.listen(receiptPrefix, (message) => {
      void this.#carry(message);
      return true;
    });
  }

  async connected({ client }: Link): Promise<void> {
    const { topics, targetHref } = this.#options;
    if (!topics.isReversible) return this.#warn("no receipts return, because --remote-topic has no {topic}");
    for (const filter of topics.receiptFilters) {
      const onRefused = (error: unknown) => {
        const what = `the subscription to ${filter}`;
        const refused = requestRefused("BROKER_SUBSCRIPTION_REFUSED", targetHref, what, error);
        this.#warn("no receipts return", refused);
      };
      await subscribeOptionally(client, filter, { qos: 1 }, onRefused);
    }
  }

  /** Tells the source that a face will never arrive; nothing for what is no face. */
  refuse({ topic, payload }: IncomingMessage, reason: DropReason): void {
    const decoded = decodeMessage(payload);
    if (decoded.kind !== "face") return;
    const { camera, epoch, seq } = decoded.facts;
    const receipt = encodeReceipt({ v: 1, camera, epoch, stored: [], refused: [{ seq, reason }] });
    void this.#publish({ topic: receiptTopic(topic), payload: receipt });
  }

  async #carry(message: IncomingMessage): Promise<void> {
    const { topics, target, source } = this.#options;
    const sources = topics.sourcesOf(message.topic.slice(receiptPrefix.length));
    if (sources.length === 0 || parseReceipt(message.payload) === undefined) return;
    await Promise.all([source.known, target.known]);
    if (this.#loopGuard.isLoop(message)) return;
    // Before the answer: over MQTT 3.1.1 it may return earlier than that.
    this.#loopGuard.delivered(message);
    const properties = forwardedProperties(message.properties, target.name);
    const { payload } = message;
    // A receipt names its epoch, so a detect ignores one that arrives at its topic by mistake.
    const published = sources.map((topic) =>
      this.#publish({ topic: receiptTopic(topic), payload, properties }),
    );
    if ((await Promise.all(published)).includes(true)) this.#context.metrics.receipts.inc();
  }

  /** Resolves with whether the source has acknowledged it. */
  async #publish(message: Omit<OutgoingMessage, "qos" | "retain">): Promise<boolean> {
    try {
      const answer = await this.#options.publisher.publish(message);
      if (answer === "lost") this.#context.log.debug(`a receipt to ${message.topic} was lost`);
      return answer === "acknowledged";
    } catch (error) {
      this.#warn("no receipts return", error);
      return false;
    }
  }

  /** Warns once of each consequence and cause, not at each connection or receipt. */
  #warn(consequence: string, error?: unknown): void {
    const key = error === undefined ? consequence : `${consequence} ${(error as { code?: string }).code}`;
    const level = this.#warned.has(key) ? "debug" : "warn";
    this.#warned.add(key);
    const why = error === undefined ? "" : `: ${describe(error)}`;
    this.#context.log[level](eventFields("broker_feature_missing", error), consequence + why);
  }
}
