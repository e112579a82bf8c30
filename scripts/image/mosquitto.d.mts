export const brokerImage: string;
/** Makes the broker's image on Debian's base image of this name, unless it is there. */
export function makeBrokerImage(base: string): void;
