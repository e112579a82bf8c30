import type { S3Client } from "@aws-sdk/client-s3";
import { failureOf } from "./failure.ts";

const name = "noteFailures";

/**
 * Passes the failure of each request to `onFailure`, also of those that the SDK makes again, until the returned function is
 * called. A request that was aborted is no failure.
 */
export function noteFailures(client: S3Client, onFailure: (error: unknown) => void): () => void {
  client.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        if (failureOf(error).code !== "AbortError") onFailure(error);
        throw error;
      }
    },
    // Inside the SDK's retries.
    { step: "finalizeRequest", priority: "low", name },
  );
  return () => client.middlewareStack.remove(name);
}
