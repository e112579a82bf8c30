import { readFile } from "node:fs/promises";
import { describe } from "../../base/errors.ts";
import { errorReason, networkReason } from "../../base/system-errors.ts";
import { plainWords } from "./failure.ts";
import type { SdkEnvironment } from "./shared-files.ts";

/** Milliseconds. */
const timeout = 2_000;

/**
 * What the address answers that a container gets its credentials from: the SDK asks it several times and says only that there
 * are none. Undefined when there is no such address. Call it when the SDK has given up.
 * Source: AWS SDKs and Tools Reference Guide, "Container credential provider".
 */
export async function containerFault(environment: SdkEnvironment): Promise<string | undefined> {
  const relative = environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"];
  const full = environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"];
  const address = relative ? `http://169.254.170.2${relative}` : full;
  if (!address || !URL.canParse(address)) return undefined;
  const { origin, pathname } = new URL(address);
  const source = `${origin}${pathname} (${relative ? "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI" : "AWS_CONTAINER_CREDENTIALS_FULL_URI"})`;
  const tokenFile = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"];
  let token = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"];
  try {
    if (tokenFile) token = await readFile(tokenFile, "utf8");
  } catch (error) {
    return `${tokenFile} (AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE) cannot be read: ${errorReason(error)}`;
  }
  try {
    const headers: Record<string, string> = token ? { Authorization: token } : {};
    const answer = await fetch(address, {
      headers,
      redirect: "manual",
      signal: AbortSignal.timeout(timeout),
    });
    const words = wordsOf(await answer.text());
    return answer.status === 200
      ? `${source} answers with no credentials${words}`
      : `${source} answers with HTTP status ${answer.status}${words}`;
  } catch (error) {
    const isLate = error instanceof Error && error.name === "TimeoutError";
    return `${source} ${isLate ? "does not answer" : `cannot be reached: ${plainWords(networkReason(error)) || describe(error)}`}`;
  }
}

/** Of an error in JSON. */
function wordsOf(text: string): string {
  try {
    const { Code = "", Message = "", message = Message } = JSON.parse(text);
    const words = plainWords([Code, message].filter(Boolean).join(": "));
    return words === "" ? "" : ` ("${words}")`;
  } catch {
    return "";
  }
}
