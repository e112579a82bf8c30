import type { FaceEntry, LiveState } from "./server.ts";

const days = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeZone: "UTC" });
const times = new Intl.DateTimeFormat(undefined, { timeStyle: "medium", timeZone: "UTC" });

/** Folders are by UTC, and so is what the page says. */
export function dayOf(time: string): string {
  return time.slice(0, 10);
}

export function dayText(day: string): string {
  return days.format(new Date(`${day}T00:00:00Z`));
}

export function timeText(time: string): string {
  return `${times.format(new Date(time))} UTC`;
}

export function cameraText({ facts, folder }: FaceEntry): string {
  const site = folder.includes("/") ? `${folder.slice(0, folder.lastIndexOf("/"))}/` : "";
  return facts ? site + facts.camera : folder;
}

/** What a screen reader says of a picture. */
export function pictureText(entry: FaceEntry): string {
  return `Face at ${cameraText(entry)}, ${dayText(dayOf(entry.capturedAt))}, ${timeText(entry.capturedAt)}`;
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

export function stateText({ broker, since, received, stored, refused }: LiveState): string {
  if (broker === "none") return "New faces appear as they are stored.";
  if (broker === "lost")
    return "The broker cannot be reached: faces appear once they are stored, and nothing is known of those on their way.";
  if (received === 0) return `Connected to the broker; no face has come since ${timeText(since)}.`;
  const waiting = received - stored - refused;
  const parts = [`${stored.toLocaleString("en")} stored`];
  if (refused > 0) parts.push(`${refused.toLocaleString("en")} dropped by a rule`);
  parts.push(waiting > 0 ? `${waiting.toLocaleString("en")} on the way` : "none is waiting");
  return `Since ${timeText(since)}: ${count(received, "face")} received, ${parts.join(", ")}.`;
}

/** The facts of a face in the order in which they are shown. */
export function factRows({ key, capturedAt, isStored, facts }: FaceEntry): [string, string][] {
  const rows: [string, string][] = [
    ["Captured", `${dayText(dayOf(capturedAt))}, ${timeText(capturedAt)}`],
    ["State", isStored ? "stored" : "on its way to the store"],
  ];
  if (facts) {
    const { camera, visit, quality, score, detector, frame, box, id, seq } = facts;
    rows.push(["Camera", camera]);
    if (visit !== undefined) rows.push(["Visit", visit]);
    if (quality !== undefined) rows.push(["Quality", quality.toFixed(2)]);
    rows.push(
      ["Score", `${score.toFixed(2)} (${detector})`],
      ["Place", `${box.width} x ${box.height} at ${box.x}, ${box.y} of ${frame.width} x ${frame.height}`],
      ["Number", seq.toLocaleString("en")],
      ["Id", id],
    );
  } else rows.push(["Facts", "the picture cannot be read, or has none"]);
  rows.push(["Key", key]);
  return rows;
}
