import type { ErrorCode } from "../base/error-codes.ts";
import { UserError } from "../base/errors.ts";
import type { StoredObject } from "../face/stored-objects.ts";

/**
 * What a put did: wrote the object; found the same object there already (a repeat is a no-op);
 * or found another object under that key, which stays.
 */
export type PutResult = "stored" | "exists" | "conflict";

/** Stores objects durably and never replaces one. */
export interface Sink {
  /** As people write it: `s3://bucket/prefix`, `file:///dir`. */
  readonly target: string;
  /** Checks before the first object that the bucket or directory exists and is writable. Rejects with a UserError. */
  open(signal: AbortSignal): Promise<void>;
  /** Resolves when the object is durable; rejects with a SinkError. Never replaces an object. */
  put(object: StoredObject, signal: AbortSignal): Promise<PutResult>;
  /** Writes so many bytes, and so proves that the sink works; rejects when it does not. */
  probe(bytes: number): Promise<void>;
  /** Where a person finds the object: its public URL, its S3 URI or its path. */
  locate(key: string): string;
  close(): Promise<void>;
}

/**
 * What a failed put says about its object: `answer`, the request was answered with an error that names no other cause;
 * `timeout`, no answer came in time; `unknown`, anything else may be the cause (a reset connection, HTTP 5xx, no
 * permission); `none`, it is not the object's fault (quota, disk full).
 */
export type Blame = "answer" | "timeout" | "unknown" | "none";

/** A put that failed. */
export class SinkError extends UserError {
  override readonly name = "SinkError";
  readonly blame: Blame;

  constructor(code: ErrorCode, message: string, cause?: unknown, blame: Blame = "unknown") {
    super(code, message, "", cause);
    this.blame = blame;
  }

  /** True when the same put may succeed later: throttled, unreachable, disk full, login expired. */
  get transient(): boolean {
    return this.code !== "OBJECT_REFUSED";
  }
}

export function stoppedError(signal: AbortSignal): SinkError {
  return new SinkError("STOPPED", "stopped before the object was written", signal.reason, "none");
}
