import { loginFaults } from "../broker-connection.ts";
import { defineRole } from "../role.ts";
import { captureFaults } from "./option-conflicts.ts";
import { captureOptions, type DetectSettings, detectOptions } from "./options.ts";
import { nameFaults } from "./unique-camera-names.ts";

/** Bytes. */
const smallestSpool = 2 ** 20;

export const detect = defineRole({
  name: "detect",
  summary: "Reads frames, cuts out each face and publishes it as one binary message",
  examples: [
    "facepipe detect --camera 0",
    "facepipe detect --camera rtsp://user:password@entrance.local/stream --name entrance --emit best",
    "facepipe detect --camera 0 --mask '0,0 0.3,0 0.3,1 0,1' --fps 5",
    "facepipe detect --camera holiday.mp4 --dry-run",
    "facepipe detect --camera synthetic:faces=2,seconds=10",
  ],
  options: detectOptions,
  cameraOptions: captureOptions,
  checkCamera: captureFaults,
  check: (settings) => [
    ...(settings.cameras?.length ? nameFaults(settings.cameras.length, settings.name ?? []) : []),
    ...outputFaults(settings),
    ...loginFaults({ ...settings, url: settings.broker }),
  ],
  async run(settings, context) {
    // Other roles load this file for its options alone.
    const { runDetect } = await import("./run-detect.ts");
    return runDetect(settings, context);
  },
});

function outputFaults({ spool, drain, dryRun, spoolMax, events }: Partial<DetectSettings>): string[] {
  const faults: string[] = [];
  if (drain && spool === undefined) faults.push("--drain needs --spool");
  if (spool !== undefined && dryRun) faults.push("--dry-run uses no broker, and so no --spool");
  if (events && dryRun) faults.push("--dry-run uses no broker, and so no --events");
  if (spoolMax !== undefined && spoolMax < smallestSpool) faults.push("--spool-max must be at least 1MiB");
  return faults;
}
