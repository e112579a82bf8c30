export const brokerImage: string;
/** Builds the broker's image on Debian's base image of this name, unless it exists. */
export function makeBrokerImage(base: string): void;
