import type { Logger } from "../../base/log.ts";
import { eventFields } from "../../base/log-events.ts";
import { sourceKind } from "../../vision/source-kind.ts";
import type { SourceInfo, VisionSettings, WebcamRequest } from "../../vision/types.ts";
import { streamText, unmetRequests, webcamRequestText } from "../../vision/webcam-request.ts";

/** Logs what was opened: once, and again when something else comes, such as another webcam on the same plug. */
export function logOpened(settings: VisionSettings, log: Logger): (info: SourceInfo) => void {
  const { camera, detector, webcam = {} } = settings;
  let logged: string | undefined;
  return (info) => {
    const message = `${sourceSummary(info, camera, webcam)}, detector ${detector.name}`;
    if (message === logged) return;
    logged = message;
    log.info(eventFields("camera_opened"), message);
    if (info.stream === undefined || sourceKind(camera).kind !== "device") return;
    for (const unmet of unmetRequests(webcam, info.stream)) log.warn(eventFields("camera_warning"), unmet);
  };
}

function sourceSummary({ live, frames, stream }: SourceInfo, camera: string, webcam: WebcamRequest): string {
  const isWebcam = sourceKind(camera).kind === "device";
  if (isWebcam && stream) return `asked for ${webcamRequestText(webcam)}: it delivers ${streamText(stream)}`;
  if (live) return stream ? `a live source, ${streamText(stream)}` : "a live source";
  return frames === undefined ? "a source of unknown length" : `${frames} frames`;
}
