import { KnownFailure } from "./failure.ts";
import { readSharedFiles, type SdkEnvironment, type SharedFiles } from "./shared-files.ts";

/** A setting of the AWS SDK: its variable, its name in a profile, and what is wrong with a value. */
interface SdkSetting {
  readonly variable: string;
  readonly field?: string;
  readonly fault: (value: string) => string | undefined;
  readonly isSecret?: true;
}

const region = matches(
  /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i,
  "must be the name of a region, such as eu-central-1",
);
const boolean = oneOf("true", "false");
const key = {
  fault: matches(/^[\x21-\x7e]+$/, "has a space or a character that no key has"),
  isSecret: true,
} as const;

/**
 * The SDK ignores some wrong values silently, such as a boolean that is neither true nor false, and fails for others with an
 * error that does not name the variable. Source: AWS SDKs and Tools Reference Guide, "Settings reference".
 */
const settings: readonly SdkSetting[] = [
  { variable: "AWS_ACCESS_KEY_ID", field: "aws_access_key_id", ...key },
  {
    variable: "AWS_SECRET_ACCESS_KEY",
    field: "aws_secret_access_key",
    fault: matches(/^\P{Cc}+$/u, "has a line break or another control character"),
    isSecret: true,
  },
  { variable: "AWS_SESSION_TOKEN", field: "aws_session_token", ...key },
  {
    variable: "AWS_CREDENTIAL_EXPIRATION",
    fault: (value) =>
      Number.isNaN(Date.parse(value)) ? "must be a time, such as 2026-11-21T14:00:00Z" : undefined,
  },
  { variable: "AWS_REGION", field: "region", fault: region },
  {
    variable: "AWS_REQUEST_CHECKSUM_CALCULATION",
    field: "request_checksum_calculation",
    fault: anyCaseOf("when_supported", "when_required"),
  },
  {
    variable: "AWS_RESPONSE_CHECKSUM_VALIDATION",
    field: "response_checksum_validation",
    fault: anyCaseOf("when_supported", "when_required"),
  },
  { variable: "AWS_RETRY_MODE", field: "retry_mode", fault: oneOf("standard", "adaptive", "legacy") },
  {
    variable: "AWS_MAX_ATTEMPTS",
    field: "max_attempts",
    fault: matches(/^[1-9]\d{0,5}$/, "must be a number from 1"),
  },
  {
    variable: "AWS_DEFAULTS_MODE",
    field: "defaults_mode",
    fault: anyCaseOf("standard", "in-region", "cross-region", "mobile", "auto", "legacy"),
  },
  { variable: "AWS_USE_FIPS_ENDPOINT", field: "use_fips_endpoint", fault: boolean },
  { variable: "AWS_USE_DUALSTACK_ENDPOINT", field: "use_dualstack_endpoint", fault: boolean },
  {
    variable: "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    field: "ignore_configured_endpoint_urls",
    fault: boolean,
  },
  { variable: "AWS_S3_USE_ARN_REGION", field: "s3_use_arn_region", fault: boolean },
  {
    variable: "AWS_S3_DISABLE_EXPRESS_SESSION_AUTH",
    field: "s3_disable_express_session_auth",
    fault: boolean,
  },
  {
    variable: "AWS_S3_DISABLE_MULTIREGION_ACCESS_POINTS",
    field: "s3_disable_multiregion_access_points",
    fault: boolean,
  },
  { variable: "AWS_EC2_METADATA_V1_DISABLED", field: "ec2_metadata_v1_disabled", fault: boolean },
  { variable: "AWS_EC2_METADATA_SERVICE_ENDPOINT", field: "ec2_metadata_service_endpoint", fault: url },
  {
    variable: "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
    field: "ec2_metadata_service_endpoint_mode",
    fault: oneOf("IPv4", "IPv6"),
  },
  { variable: "AWS_CONTAINER_CREDENTIALS_FULL_URI", fault: url },
  {
    variable: "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    fault: matches(/^\/\S*$/, "must be a path, which begins with /"),
  },
];

/** `--endpoint` stands before these. */
const endpointVariables = ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"];

/**
 * Checks the SDK's variables and the fields of the profile that it would use. Rejects with a KnownFailure that names each
 * that is wrong, never the value of a secret.
 */
export async function checkSdkSettings(environment: SdkEnvironment, endpoint?: string): Promise<void> {
  const files = await readSharedFiles(environment);
  const faults = settings.flatMap((setting) => faultsOf(setting, environment, files));
  if (faults.length > 0)
    throw new KnownFailure("BUCKET_SETTINGS_INVALID", faults.join("; "), "Correct it, or unset it");
  const fault = endpoint === undefined ? endpointFault(environment, files) : undefined;
  if (fault !== undefined)
    throw new KnownFailure("BUCKET_URL_INVALID", fault, "Set a URL such as https://s3.example");
}

function faultsOf(setting: SdkSetting, environment: SdkEnvironment, files: SharedFiles): string[] {
  const { variable, field, fault, isSecret = false } = setting;
  const text = (source: string, value: string) => {
    const why = fault(value);
    return why === undefined ? [] : [`${source}${isSecret ? "" : ` ${JSON.stringify(value)}`} ${why}`];
  };
  const value = environment[variable];
  if (value) return text(variable, value);
  if (field === undefined) return [];
  return fieldsNamed(field, files).flatMap(({ source, value }) => text(source, value));
}

/** Where the profile has the field, in which file. */
function fieldsNamed(field: string, files: SharedFiles): { source: string; value: string }[] {
  const { profile, config, credentials, configName, credentialsName } = files;
  const places = [
    { file: configName, value: config[profile]?.[field] },
    { file: credentialsName, value: credentials[profile]?.[field] },
  ];
  return places.flatMap(({ file, value }) =>
    value === undefined ? [] : [{ source: `${field} of the profile ${profile} in ${file}:`, value }],
  );
}

function endpointFault(environment: SdkEnvironment, files: SharedFiles): string | undefined {
  if (environment["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] === "true") return undefined;
  for (const variable of endpointVariables) {
    const value = environment[variable];
    if (value) return invalidUrl(variable, value);
  }
  const { config, profile, configName } = files;
  const services = config[profile]?.["services"];
  const service = services === undefined ? undefined : config[`services.${services}`];
  if (services !== undefined && service === undefined)
    return `the profile ${profile} names services = ${services}, which ${configName} does not have`;
  const own = service?.["s3.endpoint_url"];
  if (own !== undefined)
    return invalidUrl(`s3 endpoint_url of the services ${services} in ${configName}:`, own);
  const faults = fieldsNamed("endpoint_url", files).map(({ source, value }) => invalidUrl(source, value));
  return faults.find((fault) => fault !== undefined);
}

function invalidUrl(source: string, value: string): string | undefined {
  const fault = url(value);
  // Without what may be a login in it.
  return (
    fault &&
    `the endpoint is not a valid URL: ${source} ${JSON.stringify(value.replace(/.*@/s, "***@"))} ${fault}`
  );
}

function url(value: string): string | undefined {
  const isHttp = URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
  return isHttp ? undefined : "must be a URL that begins with http:// or https://";
}

function oneOf(...values: readonly string[]): (value: string) => string | undefined {
  return (value) => (values.includes(value) ? undefined : `must be ${values.join(" or ")}`);
}

function anyCaseOf(...values: readonly string[]): (value: string) => string | undefined {
  const fault = oneOf(...values);
  return (value) => fault(value.toLowerCase());
}

function matches(pattern: RegExp, fault: string): (value: string) => string | undefined {
  return (value) => (pattern.test(value) ? undefined : fault);
}
