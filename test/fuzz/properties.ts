import { keyProperties } from "./key-properties.ts";
import { messageProperties } from "./message-properties.ts";
import type { Property } from "./property.ts";
import { recordProperties } from "./record-properties.ts";
import { settingsProperties } from "./settings-properties.ts";
import { topicProperties } from "./topic-properties.ts";
import { visionProperties } from "./vision-properties.ts";

/** Of all that reads what others send or write. */
export const properties: readonly Property[] = [
  ...messageProperties,
  ...recordProperties,
  ...topicProperties,
  ...keyProperties,
  ...settingsProperties,
  ...visionProperties,
];

/** `runs` cases in all, as many for each property as its weight says. */
export function withCases(runs: number, chosen = properties): { property: Property; runs: number }[] {
  const total = chosen.reduce((sum, { weight }) => sum + weight, 0);
  return chosen.map((property) => ({
    property,
    runs: Math.max(1, Math.ceil((runs * property.weight) / total)),
  }));
}
