import { systemCode } from "../base/system-errors.ts";
import type { Link } from "./link.ts";

/**
 * Codes of a DISCONNECT that is about the client, the session or the broker, never about one message. Not here: "not
 * authorized", "rate too high", "quota exceeded" and "administrative action", with which brokers also answer a message.
 */
const otherCauses: ReadonlySet<number> = new Set([137, 139, 141, 142, 147, 156, 157, 159, 160]);
/** Failures of the network below TCP. */
const networkCodes: ReadonlySet<string> = new Set([
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENETDOWN",
  "EHOSTDOWN",
]);

/** Calls back when the link's network connection has ended, with whether a message may have caused it. */
export function onConnectionEnd({ client }: Link, onEnd: (mayBeMessage: boolean) => void): void {
  let mayBeMessage = true;
  client.on("disconnect", ({ reasonCode = 0 }) => {
    if (otherCauses.has(reasonCode)) mayBeMessage = false;
  });
  client.on("error", (error) => {
    if (/keepalive timeout/i.test(error.message) || networkCodes.has(systemCode(error))) mayBeMessage = false;
  });
  client.once("close", () => onEnd(mayBeMessage));
}
