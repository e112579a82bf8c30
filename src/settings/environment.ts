import { describe } from "../base/errors.ts";
import { variableOf } from "./names.ts";
import { checkNoLogin } from "./url-login.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** The only access to process.env: everything else receives settings. */
export function processEnvironment(): Environment {
  return process.env;
}

/**
 * Prepares the variables of the AWS SDK, which reads process.env itself. Files and Kubernetes Secrets often end values with
 * a newline, which the SDK would send as part of a key; compose files write "not set" as an empty variable, which the SDK
 * would take for a value. Also suppresses the SDK's warning on Node.js 20 that future versions will need 22: users cannot
 * act on it, and the lock file pins a version that runs.
 */
export function prepareSdkEnvironment(): void {
  const { env } = process;
  for (const [name, value = ""] of Object.entries(env)) {
    if (!name.startsWith("AWS_")) continue;
    const trimmed = value.trim();
    if (trimmed === "") delete env[name];
    else if (trimmed !== value) env[name] = trimmed;
  }
  env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
}

/** Shorter values are not redacted: they may be words of our sentences. */
const shortestSecret = 8;

/** The values of the AWS SDK's variables that must never be shown. */
export function sdkSecrets(environment: Environment): string[] {
  const names = ["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN"];
  return names.map((name) => environment[name] ?? "").filter((value) => value.length >= shortestSecret);
}

/** What Kubernetes injects for a Service named facepipe or facepipe-..., and what tests use. */
const ignored = /^FACEPIPE_(TEST_.*|(.*_)?SERVICE_(HOST|PORT.*)|(.*_)?PORT(_.*)?)$/;

/** A fault for each `FACEPIPE_*` variable that no option reads: a typo must not pass silently. */
export function unknownVariables(environment: Environment, optionKeys: Iterable<string>): string[] {
  const known = new Set(Array.from(optionKeys, variableOf));
  return Object.keys(environment)
    .filter((name) => name.startsWith("FACEPIPE_") && !known.has(name) && !ignored.test(name))
    .map((name) => `${name} is set, but no option reads it${suggest(name, known)}`);
}

/** A fault for each variable of the AWS SDK that names an endpoint with a login, which the SDK would show in its errors. */
export function endpointFaults(environment: Environment): string[] {
  return ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"].flatMap((name) => {
    try {
      checkNoLogin(environment[name] ?? "");
      return [];
    } catch (error) {
      return [`${name} ${describe(error)}`];
    }
  });
}

/** `, did you mean X?` for the closest candidate, or "". */
export function suggest(word: string, candidates: Iterable<string>): string {
  const near = nearest(word, candidates);
  return near === undefined ? "" : `, did you mean ${near}?`;
}

/** The closest candidate, if one is close. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  return (
    Array.from(candidates, (candidate) => ({ candidate, distance: editDistance(word, candidate) }))
      .filter(({ candidate, distance }) => distance <= Math.max(2, candidate.length / 4))
      // Any two words of two letters are that close.
      .filter(({ distance }) => distance < word.length)
      .sort((a, b) => a.distance - b.distance)[0]?.candidate
  );
}

/** Levenshtein distance: insertions, deletions and substitutions that turn one word into the other. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      const substitution = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(substitution, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
