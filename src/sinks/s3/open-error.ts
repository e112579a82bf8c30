import { refused, type UserError, unreachable } from "../../base/errors.ts";
import { systemCode } from "../../base/system-errors.ts";
import { faultOf, isLoginFault, s3Reason } from "./errors.ts";

/** The failure of an opening, as a person needs it. */
export function s3OpenError(error: unknown, bucket: string): UserError {
  const fault = faultOf(error);
  const { code, status, region } = fault;
  const why = s3Reason(error);
  const no = (remedy: string) => refused(`cannot use the bucket ${bucket}: ${why}`, remedy, error);
  if (code === "NoSuchBucket") return no("Check its name, or let it be made with --create-bucket");
  if (code === "RequestTimeTooSkewed") return no("Set the clock, e.g. with NTP");
  if (code === "CredentialsProviderError") {
    return no(
      "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or another source of the AWS SDK's standard chain",
    );
  }
  if (isLoginFault(fault)) return no("Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN");
  if (code === "BucketAlreadyExists") return no("The name belongs to somebody else: choose another");
  if (status === 301 || code === "AuthorizationHeaderMalformed") return wrongRegion(bucket, region, error);
  if (status === 403)
    return no("Allow this login s3:PutObject below the prefix, and s3:GetObject to prove repeats");
  if (status === 501 || (status !== undefined && status >= 400 && status < 500 && status !== 429)) {
    return no("Check --to, --endpoint and --path-style");
  }
  if (systemCode(error) === "ERR_INVALID_URL") return no("Check --endpoint and AWS_ENDPOINT_URL_S3");
  if (/CERT|SIGNATURE/.test(code)) {
    return no("Check the endpoint's host name, or name its authority's file in NODE_EXTRA_CA_CERTS");
  }
  return unreachable(`cannot reach the bucket ${bucket}: ${why}`, reachRemedy(code), error);
}

function wrongRegion(bucket: string, region: string | undefined, error: unknown): UserError {
  const where = region ? `in the region ${region}` : "in another region, or behind another endpoint";
  return refused(`the bucket ${bucket} is ${where}`, `Set AWS_REGION${region ? `=${region}` : ""}`, error);
}

function reachRemedy(code: string): string {
  const check = "Check --endpoint (or AWS_ENDPOINT_URL_S3), AWS_REGION and the network";
  return code === "ENOTFOUND"
    ? `${check}; a service without a host name per bucket needs --path-style`
    : check;
}
