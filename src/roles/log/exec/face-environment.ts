import { type ReceivedMessage, toJson, withoutControls } from "../../../face/format.ts";
import { decodeMessage } from "../../../face/message.ts";

/** Longer ones exceed what a process can be started with (Linux: 128 KiB for each variable). */
const longestText = 4096;
const longestJson = 65_536;

/**
 * What a command learns about a picture, as environment variables; undefined for what is no picture. They do not begin with
 * FACEPIPE_, since those are the settings of a facepipe that the command may start.
 */
export function faceEnvironment(
  message: ReceivedMessage,
  receivedAt: Date,
): Record<string, string> | undefined {
  const decoded = decodeMessage(message.payload);
  if (decoded.kind === "rejected") return undefined;
  const { contentType, extension } = decoded.picture;
  const facts = decoded.kind === "face" ? decoded.facts : undefined;
  const values = {
    TOPIC: message.topic,
    CONTENT_TYPE: contentType,
    EXTENSION: extension,
    CAMERA: facts?.camera,
    ID: facts?.id,
    CAPTURED_AT: facts?.capturedAt,
    X: facts?.box.x,
    Y: facts?.box.y,
    WIDTH: facts?.box.width,
    HEIGHT: facts?.box.height,
    SCORE: facts?.score,
    QUALITY: facts?.quality,
    VISIT: facts?.visit,
    DETECTOR: facts?.detector,
    JSON: jsonOf(message, receivedAt),
  };
  const set = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set.map(([name, value]) => [`FACE_${name}`, shown(name, String(value))]));
}

function jsonOf(message: ReceivedMessage, receivedAt: Date): string | undefined {
  const json = toJson(message, receivedAt);
  return json.length <= longestJson ? json : undefined;
}

/** Anyone may publish: a name must not be two lines, nor end a variable. */
function shown(name: string, value: string): string {
  return name === "JSON" ? value : withoutControls(value.slice(0, longestText));
}
