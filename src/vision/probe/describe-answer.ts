import { UserError } from "../../base/errors.ts";
import { redact } from "../../base/redact.ts";
import type { Finding } from "../../base/steps/step.ts";
import { visible } from "../../face/format.ts";
import type { CameraAddress } from "./address.ts";
import type { Answer } from "./text-request.ts";

/** What a camera answered to the request for its stream. @throws UserError when that stream has no video. */
export function describeAnswer(answer: Answer, address: CameraAddress): Finding & { contentType?: string } {
  const { status, headers, body } = answer;
  const login = address.login ? "user name and password accepted" : "no login needed";
  // It may send back what it received.
  const quoted = (text: string) => visible(redact(text, address.login ? [address.login.password] : []));
  if (status >= 300) {
    const target = quoted(headers.get("location")?.[0] ?? "another address");
    return { detail: `${status}, continues at ${target}`, facts: { status, location: target } };
  }
  if (address.protocol === "http") {
    const contentType = quoted(headers.get("content-type")?.[0] ?? "no content type");
    return {
      detail: `HTTP ${status}, ${login}, ${contentType}`,
      facts: { status, contentType },
      contentType,
    };
  }
  const media = mediaOf(body).map(({ kind, encoding }) => ({ kind, encoding: quoted(encoding) }));
  if (media.length > 0 && !media.some(({ kind }) => kind === "video")) {
    const message = `the stream at ${address.href} has no video`;
    throw new UserError("STREAM_UNREADABLE", message, "Check the path in the camera's manual");
  }
  const list = media.map(({ kind, encoding }) => `${kind} ${encoding}`.trim()).join(", ");
  return { detail: `RTSP ${status}, ${login}, ${list || "no description"}`, facts: { status, media } };
}

interface Media {
  readonly kind: string;
  /** `H264`; empty when it is not said. */
  readonly encoding: string;
}

/** The streams in a session description (RFC 4566, sections 5.14 and 6); the most that are read is eight. */
function mediaOf(description: string): Media[] {
  const media: { kind: string; encoding: string }[] = [];
  for (const line of description.split(/\r?\n/)) {
    const [, kind] = /^m=(audio|video|application|text) /.exec(line) ?? [];
    if (kind !== undefined && media.length < 8) media.push({ kind, encoding: "" });
    const [, encoding] = /^a=rtpmap:\d+ ([\w.-]+)/.exec(line) ?? [];
    const last = media.at(-1);
    if (encoding !== undefined && last?.encoding === "") last.encoding = encoding;
  }
  return media;
}
