import type { Style } from "../base/terminal-style.ts";
import { decodeMessage } from "./message.ts";

export interface ReceivedMessage {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: number;
  readonly retain: boolean;
}

/** One line for a person: time, camera, size, box, score, bytes, QoS, id. */
export function toText({ topic, payload, qos }: ReceivedMessage, receivedAt: Date, style: Style): string {
  const decoded = decodeMessage(payload);
  const tail = `${kilobytes(payload.length).padStart(9)}  ${style.dim(`QoS ${qos}`)}`;
  if (decoded.kind !== "face") {
    const what =
      decoded.kind === "foreign" ? `picture (${decoded.picture.contentType})` : style.bad(decoded.reason);
    return `${localTime(receivedAt)}  ${style.name(visible(topic))}  ${what}  ${tail}`;
  }
  const { capturedAt, camera, box, score, detector, id } = decoded.facts;
  const size = `${box.width}x${box.height}`.padStart(9);
  const place = `at ${box.x},${box.y}`.padEnd(12);
  const time = localTime(new Date(capturedAt));
  return `${time}  ${style.name(visible(camera))}  ${style.bold(size)} ${place} ${visible(detector)} ${score.toFixed(2)}  ${tail}  ${style.dim(id)}`;
}

/** The same as JSON. */
export function toJson({ topic, payload, qos, retain }: ReceivedMessage, receivedAt: Date): string {
  const decoded = decodeMessage(payload);
  const message = { topic, qos, retain, bytes: payload.length, receivedAt: receivedAt.toISOString() };
  if (decoded.kind === "rejected") return JSON.stringify({ ...message, rejected: decoded.reason });
  const facts = decoded.kind === "face" ? decoded.facts : {};
  return JSON.stringify({ ...message, contentType: decoded.picture.contentType, ...facts });
}

/** Anyone may publish: a name must not move the cursor, start a new line or fill the screen. */
export function visible(text: string): string {
  return withoutControls(text.slice(0, 100));
}

/** Text that others chose, in one line of a terminal. */
export function withoutControls(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "\ufffd");
}

function localTime(at: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${String(at.getMilliseconds()).padStart(3, "0")}`;
}

function kilobytes(bytes: number): string {
  return bytes < 1000 ? `${bytes} B` : `${(bytes / 1000).toFixed(1)} kB`;
}
