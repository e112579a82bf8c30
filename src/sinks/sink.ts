/** One object to be written. */
export interface SinkObject {
  /** Path below the sink's root, with `/` between its parts. */
  readonly key: string;
  readonly body: Buffer;
  readonly contentType: string;
  /** Facts about the object, for those who list it; names are lower case with `-`. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * What a put did: wrote the object; found the same object there already (a repeat is a no-op);
 * or found another object under that key, which stays.
 */
export type PutResult = "stored" | "exists" | "conflict";

/** A place that keeps objects for good and never replaces one. */
export interface Sink {
  /** The place, for people: `s3://bucket/prefix`, `file:///dir`. */
  readonly target: string;
  /** Proves what can be known before the first object: the place exists and takes writes. Rejects with a UserError. */
  open(signal: AbortSignal): Promise<void>;
  /**
   * Resolves when the object is durable. Rejects with a SinkError: `transient` says whether trying again can help.
   * Never replaces an object.
   */
  put(object: SinkObject, signal: AbortSignal): Promise<PutResult>;
  /** Where a person finds the object: its public URL or its path. */
  locate(key: string): string;
  close(): Promise<void>;
}

/** A put that did not succeed. */
export class SinkError extends Error {
  override readonly name = "SinkError";
  /** True when the same put may succeed later: busy, unreachable, full, login expired. False: this object never can. */
  readonly transient: boolean;

  constructor(message: string, transient: boolean, options?: ErrorOptions) {
    super(message, options);
    this.transient = transient;
  }
}
