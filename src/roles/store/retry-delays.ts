/** Delays between attempts to open the bucket or directory, milliseconds; --connect-timeout limits the total. */
export const openRetryDelays = { min: 200, max: 2000 } as const;

/** Shortest time limit for opening, seconds: a service may respond more slowly than a short --connect-timeout. */
export const minOpenTimeout = 5;

/** Delays between attempts to write an object, milliseconds; only the grace period at the end limits the total. */
export const writeRetryDelays = { min: 100, max: 15_000 } as const;
