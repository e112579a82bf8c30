import { described } from "./option.ts";

const units: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** Reads a duration in hours, days or weeks, `12h`, `30d`, `4w`, as milliseconds; throws an Error when it is none. */
export const readDuration = described({ type: "string", pattern: "^\\d+[hdw]$" }, (text): number => {
  const [, digits = "", unit = ""] = /^(\d{1,6})\s*([hdw])$/i.exec(text.trim()) ?? [];
  const duration = Number(digits) * (units[unit.toLowerCase()] ?? 0);
  if (duration <= 0) throw new Error("must be a duration such as 12h, 30d or 8w");
  return duration;
});
