import type { S3ClientConfig } from "@aws-sdk/client-s3";
import { describe } from "../../base/errors.ts";
import { errorReason, systemCode } from "../../base/system-errors.ts";
import { containerFault } from "./container-credentials.ts";
import { errorCodeOf, failureOf, KnownFailure, mostWords, plainWords } from "./failure.ts";
import { missingCredentials } from "./missing-credentials.ts";
import type { SdkEnvironment } from "./shared-files.ts";

type CredentialDefaultProvider = NonNullable<S3ClientConfig["credentialDefaultProvider"]>;

const remedy =
  "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or another source of the AWS SDK's standard chain";

/**
 * The SDK's standard chain of credentials, whose failure says why. The chain asks one source after the other and rejects
 * with the last one's reason, which is that of a source that nobody has set up; the others' are written to a logger alone.
 * Rejects with a KnownFailure.
 */
export async function credentialChain(environment: SdkEnvironment): Promise<CredentialDefaultProvider> {
  const { defaultProvider } = await import("@aws-sdk/credential-provider-node");
  return (init) => {
    const notes = new ProviderNotes();
    const provider = defaultProvider({ ...init, logger: notes.logger });
    // Each request asks. The chain keeps them as well, for more CPU.
    let permanent: ReturnType<ReturnType<CredentialDefaultProvider>> | undefined;
    const load: ReturnType<CredentialDefaultProvider> = async (properties) => {
      notes.clear();
      try {
        const credentials = await provider(properties);
        if (credentials.expiration === undefined) permanent = Promise.resolve(credentials);
        return credentials;
      } catch (error) {
        throw await credentialsFailure(error, notes.reasons, environment);
      }
    };
    return (properties) => (properties?.["forceRefresh"] ? undefined : permanent) ?? load(properties);
  };
}

async function credentialsFailure(
  error: unknown,
  notes: readonly string[],
  environment: SdkEnvironment,
): Promise<KnownFailure> {
  // A service of the chain, such as STS, that is not there now.
  if (isNetworkFailure(error)) {
    const reason = `the credentials cannot be fetched: ${errorReason(error)}`;
    return new KnownFailure(
      "BUCKET_UNREACHABLE",
      reason,
      "Check the network and where the credentials come from",
      error,
    );
  }
  const words = sourceWords(error, notes);
  const said = words === "" ? "" : ` ("${words}")`;
  const why =
    (await missingCredentials(environment)) ?? (words === "" ? await containerFault(environment) : undefined);
  const reason = `there are no credentials${why === undefined ? "" : `: ${why}`}${said}`;
  return new KnownFailure("BUCKET_NO_CREDENTIALS", reason, remedy, error);
}

function isNetworkFailure(error: unknown): boolean {
  const failure = failureOf(error);
  const isSystem = /^(E(CONN|HOST|NET)|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EPIPE|TimeoutError)/.test(failure.code);
  return isSystem && failure.status === undefined && errorCodeOf(failure) === "BUCKET_UNREACHABLE";
}

/** What the sources that somebody has set up say, in their own words. */
function sourceWords(error: unknown, notes: readonly string[]): string {
  const thrown = isLastSource(error) ? [] : [fromSource(error)];
  const texts = [...notes.map(withoutCommand).map(shortened), ...thrown].map(plainWords);
  return [...new Set(texts.filter((text) => text !== ""))].slice(0, 2).join("; ");
}

/** Whether no source had any, not even the last. */
function isLastSource(error: unknown): boolean {
  return error instanceof Error && error.name === "CredentialsProviderError";
}

function fromSource(error: unknown): string {
  const { code, status } = failureOf(error);
  // From inside the SDK, for what it does not expect: nobody can act on its words.
  if (error instanceof TypeError || error instanceof SyntaxError) return "";
  if (systemCode(error) !== "" || status === undefined) return describe(error);
  return code === "" ? `HTTP status ${status}, and not an answer of AWS` : `${code}: ${describe(error)}`;
}

/** Of a credential_process what it has printed last; the command may contain a password. */
function withoutCommand(text: string): string {
  if (!text.startsWith("Command failed:")) return text.replace(/^Error: /, "").replace(/\s*\n\s*/g, " ");
  const printed = text
    .split("\n")
    .slice(1)
    .map((line) => line.trim())
    .filter(Boolean);
  return `credential_process failed${printed.length === 0 ? "" : `: ${printed.at(-1)}`}`;
}

function shortened(text: string): string {
  return text.length > mostWords ? `${text.slice(0, mostWords - 3)}...` : text;
}

/** What the SDK's sources say that are not set up: nobody's fault. */
const notSetUp = [
  /^AWS_PROFILE is set, skipping/,
  /^Unable to find environment variable credentials/,
  /^Skipping SSO provider/,
  /^Could not resolve credentials using profile/,
  /^Profile \S+ did not contain credential_process/,
  /^Profile \S+ could not be found in shared credentials file/,
  /^Web identity configuration not specified/,
  /^EC2 Instance Metadata Service access disabled/,
  /^AWS_EC2_METADATA_V1_DISABLED not set/,
  /^Not found in /,
  /^The container metadata credential provider cannot be used unless/,
  /^Could not load credentials from any providers/,
];

/** What the SDK's sources of credentials write to their logger. */
class ProviderNotes {
  readonly #reasons: string[] = [];
  readonly logger;

  constructor() {
    const note = (text: unknown) => this.#add(String(text));
    this.logger = { trace: note, debug: note, info: note, warn: note, error: note };
  }

  get reasons(): readonly string[] {
    return this.#reasons;
  }

  clear(): void {
    this.#reasons.length = 0;
  }

  #add(text: string): void {
    // The way in which the SDK marks the reason of a source, before the next is asked (->) or at the end (!).
    const reason = /^@smithy\/property-provider (?:->|\(!\)) (.*)$/s.exec(text)?.[1];
    if (reason !== undefined && !notSetUp.some((each) => each.test(reason))) this.#reasons.push(reason);
  }
}
