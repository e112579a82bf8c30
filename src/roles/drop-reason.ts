import type { ErrorCode } from "../base/error-codes.ts";
import { UserError } from "../base/errors.ts";
import type { DropReason } from "../ops/metrics.ts";

const reasons: { readonly [code in ErrorCode]?: DropReason } = {
  MESSAGE_TOO_LARGE: "too_large",
  MESSAGE_INVALID: "refused",
  MESSAGE_ENDS_CONNECTION: "disconnected",
  BROKER_PUBLISH_REFUSED: "denied",
  OBJECT_REFUSED: "refused",
};

/** Why a message is dropped that failed with this error; undefined when the error is not about the message alone. */
export function dropReasonOf(error: unknown): DropReason | undefined {
  return error instanceof UserError ? reasons[error.code] : undefined;
}
