import type { TestContext } from "node:test";
import { type Answer, page, s3InMemory, serve } from "../../sinks/s3/stand-in.ts";

/** What a service does with a put instead of storing it; undefined: it stores it. */
export type Fault = (key: string, size: number) => number | "reset" | undefined;

/** A service that speaks as much S3 as store needs, and fails some puts as proxies do: with HTML, or by a reset. */
export async function startOddService(t: TestContext, fault: Fault) {
  const objects = new Map<string, Buffer>();
  const s3 = s3InMemory(objects);
  const endpoint = await serve(t, (request): Answer | "reset" => {
    const { method, key, headers, body } = request;
    // The check at the start is not what fails.
    const outcome = method === "PUT" && !headers["content-md5"] ? fault(key, body.length) : undefined;
    return outcome === undefined ? s3(request) : outcome === "reset" ? outcome : page(outcome);
  });
  const env = {
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_ACCESS_KEY_ID: "key",
    AWS_SECRET_ACCESS_KEY: "secret",
  };
  return { objects, env };
}
