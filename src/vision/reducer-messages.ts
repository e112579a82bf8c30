/** From the supervisor to the reducer, the worker process that makes pictures smaller; one at a time. */
export interface ReduceRequest {
  /** A PNG or JPEG. */
  readonly picture: Buffer;
  /** The most that its JPEG may have. */
  readonly maxBytes: number;
}

/** From the reducer. */
export interface ReduceReply {
  /** Undefined when the picture cannot be read, or not be made so small. */
  readonly jpeg: Buffer | undefined;
}
