import type { ErrorCode } from "../../base/error-codes.ts";
import { UserError } from "../../base/errors.ts";
import { s3OpenError } from "./errors.ts";

/** Where it differs from what someone who writes must do. */
export const readRemedies = {
  BUCKET_FORBIDDEN:
    "Allow this login s3:ListBucket on the bucket, and below the prefix s3:GetObject; erase also needs s3:PutObject and s3:DeleteObject",
  BUCKET_NOT_FOUND: "Check its name, and --endpoint",
  BUCKET_REFUSED: "Check --from, --endpoint and --path-style",
} as const satisfies { readonly [code in ErrorCode]?: string };

/** The failure to list, read or remove. */
export function s3ReadError(error: unknown, bucket: string): UserError {
  if (error instanceof UserError) return error;
  const { code, message, remedy } = s3OpenError(error, bucket);
  const remedies: { readonly [code in ErrorCode]?: string } = readRemedies;
  return new UserError(code, message, remedies[code] ?? remedy, error);
}
