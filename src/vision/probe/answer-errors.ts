import type { ErrorCode } from "../../base/error-codes.ts";
import { UserError } from "../../base/errors.ts";
import { errorReason, systemCode } from "../../base/system-errors.ts";
import type { CameraAddress } from "./address.ts";
import { type Answer, NoAnswerError } from "./text-request.ts";

type Where = Pick<CameraAddress, "href" | "protocol" | "login">;

/** Answers that refuse, by status: RTSP's (RFC 2326, section 7.1.1) are HTTP's and some more. */
const refusals: Readonly<Record<number, readonly [code: ErrorCode, what: string, remedy: string]>> = {
  403: [
    "CAMERA_LOGIN_REFUSED",
    "this user may not see the stream (403)",
    "Allow it in the camera's settings",
  ],
  404: ["STREAM_NOT_FOUND", "there is no stream at this path (404)", "Check the path in the camera's manual"],
  410: ["STREAM_NOT_FOUND", "there is no stream at this path (410)", "Check the path in the camera's manual"],
  453: [
    "STREAM_REFUSED",
    "it has not enough bandwidth for another viewer (453)",
    "End other viewers of the camera",
  ],
  503: [
    "STREAM_REFUSED",
    "it is busy or has as many viewers as it can serve (503)",
    "End other viewers, or restart it",
  ],
};

/** Why this answer means that there is no stream; undefined when there may be one. */
export function answerError({ status }: Answer, { href, login }: Where): UserError | undefined {
  if (status < 400) return undefined;
  if (status === 401) {
    const what = login
      ? "user name or password refused (401)"
      : "it asks for a user name and a password (401)";
    const remedy = login
      ? "Check both; some cameras have a user for streams apart from that of the web page"
      : "Write them in the URL: rtsp://user:password@host/path";
    return new UserError("CAMERA_LOGIN_REFUSED", `${href}: ${what}`, remedy);
  }
  const [code, what, remedy] = refusals[status] ?? [
    "STREAM_REFUSED",
    `it refuses (${status})`,
    "Its log may say more",
  ];
  return new UserError(code, `${href}: ${what}`, remedy);
}

/** Why a camera's address cannot be used, as a sentence; `timeout`: how long was waited, milliseconds. */
export function addressError(error: unknown, { href, protocol }: Where, timeout: number): UserError {
  if (error instanceof UserError) return error;
  if (error instanceof NoAnswerError) {
    const what = `what answers at ${href} does not speak ${protocol.toUpperCase()}: ${error.message}`;
    return new UserError("STREAM_UNREADABLE", what, "Check the port and the protocol", error);
  }
  const code = systemCode(error);
  if (code === "EPROTO" || code.startsWith("ERR_SSL") || code.startsWith("ERR_TLS")) {
    const what = `${href}: ${errorReason(error)}`;
    return new UserError("STREAM_UNREADABLE", what, "Check the port, and that it speaks TLS", error);
  }
  const own = {
    ETIMEDOUT: `no answer in ${timeout / 1000} s`,
    ECONNREFUSED: "the connection was refused: nobody listens on that port",
  };
  const message = `the camera ${href} cannot be reached: ${errorReason(error, own)}`;
  return new UserError("CAMERA_UNREACHABLE", message, "Check its address, and that it is switched on", error);
}
