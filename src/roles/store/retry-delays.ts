// How long store waits: for the bucket or directory at the start, and between attempts to write an object.

/** Delays between attempts to open the bucket or directory, milliseconds; --connect-timeout limits them all together. */
export const openRetryDelays = { min: 200, max: 2000 } as const;

/** Shortest time limit for opening, seconds: a service that accepted the connection may respond more slowly than a short --connect-timeout. */
export const minOpenTimeout = 5;

/** Delays between attempts to write an object, milliseconds; there is no limit but the grace period at the end. */
export const writeRetryDelays = { min: 100, max: 15_000 } as const;
