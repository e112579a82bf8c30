import { describe } from "../base/errors.ts";
import { eventFields } from "../base/log-events.ts";
import { Backoff } from "../base/retry.ts";
import { sleep } from "../base/time.ts";
import type { Broker } from "./broker.ts";
import type { ConnectionOptions, Interrupted } from "./connection-options.ts";
import type { Link } from "./link.ts";
import { brokerError, clientIdTaken, codeMeaning } from "./mqtt-errors.ts";
import { acknowledgedLater } from "./mqttjs-internals/deferred-acks.ts";

interface Reconnecting {
  /** Ends the loop. */
  readonly signal: AbortSignal;
  /** One attempt; rejects with a UserError. */
  readonly reconnect: () => Promise<Link>;
  /** Returns what the loss interrupted. */
  readonly onLost: () => Interrupted | undefined;
  /** Called when another client connected with our identifier: reconnecting would disconnect that one. */
  readonly onTakenOver: (error: Error) => void;
}

/** Waits before an attempt, milliseconds. */
const limits = { min: 200, max: 15_000 };
/** After a connection shorter than this the waits keep growing, milliseconds. */
const shortLifetime = 5000;

/** Reconnects after each loss, with growing, jittered waits, until `signal` aborts. */
export async function keepConnected(
  first: Link,
  { broker, log }: Pick<ConnectionOptions, "broker" | "log">,
  { signal, reconnect, onLost, onTakenOver }: Reconnecting,
): Promise<void> {
  const backoff = new Backoff(limits);
  let shortLived = 0;
  /** Of those, how many had nothing in flight. */
  let idle = 0;

  const onDisconnect = (code: number) => {
    if (code === clientIdTaken) onTakenOver(brokerError(Object.assign(new Error(), { code }), broker));
  };

  /** However many attempts it takes; undefined once `signal` aborts. */
  const nextLink = async (): Promise<Link | undefined> => {
    for (;;) {
      await sleep(backoff.next(), signal);
      if (signal.aborted) return undefined;
      try {
        return await reconnect();
      } catch (error) {
        if (!signal.aborted) log.warn(eventFields("connect_retry", error), describe(error));
      }
    }
  };

  for (let link: Link | undefined = first; link; link = await nextLink()) {
    const start = performance.now();
    const reason = await lossOf(link, onDisconnect);
    if (signal.aborted) return;
    const interrupted = onLost();
    const why = reason ? `: ${reason}` : "";
    log.warn(eventFields("connection_lost"), `lost the connection to ${broker.href}${why}`);
    shortLived = performance.now() - start < shortLifetime ? shortLived + 1 : 0;
    idle = shortLived === 0 || interrupted ? 0 : idle + 1;
    if (shortLived === 0 || interrupted?.isIsolated) backoff.reset();
    if (shortLived === 3) log.warn(eventFields("connection_unstable"), hint(broker, idle === 3, interrupted));
  }
}

/**
 * Mosquitto 2.0 and MQTT 3.1.1 do not report that another client took over: both would reconnect forever. A message in
 * flight is the likelier cause.
 */
function hint({ href, clientId }: Broker, wasIdle: boolean, interrupted: Interrupted | undefined): string {
  const what = `${href} ends each connection soon`;
  if (wasIdle)
    return `${what}; if another client uses the identifier ${clientId}, choose a different --client-id for each`;
  const first = interrupted ? ` (the first: ${interrupted.what})` : "";
  return `${what} while messages were in flight${first}; one that causes it will be found and dropped`;
}

/** Resolves when the link's network connection is closed, with the reason if there was one. */
async function lossOf(link: Link, onDisconnect: (code: number) => void): Promise<string | undefined> {
  let reason: string | undefined;
  link.client.on("disconnect", ({ reasonCode = 0 }) => {
    reason = codeMeaning(reasonCode);
    onDisconnect(reasonCode);
  });
  link.client.on("error", (error) => {
    if (error === acknowledgedLater) return;
    reason ??= error.message;
    // After a packet that it cannot parse, MQTT.js reads nothing more and leaves the connection open.
    link.client.stream.destroy();
  });
  await linkClosed(link);
  return reason;
}

/** Resolves when the link's network connection is closed. */
export async function linkClosed({ client }: Link): Promise<void> {
  if (!client.connected || client.stream.destroyed) return;
  await new Promise<void>((resolve) => client.once("close", () => resolve()));
}
