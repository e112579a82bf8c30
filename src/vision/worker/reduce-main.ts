import type { ReduceReply, ReduceRequest } from "../reducer-messages.ts";
import { liveWithSupervisor } from "./live-with-supervisor.ts";
import { loadOpenCv } from "./opencv.ts";
import { reducePicture } from "./reduce-picture.ts";

/* The reducer: makes pictures smaller, one at a time, for a process that does not load OpenCV. */

liveWithSupervisor();
const cv = loadOpenCv();

process.on("message", (request: ReduceRequest) => {
  const reply: ReduceReply = { jpeg: reduced(request) };
  process.send?.(reply);
});

function reduced(request: ReduceRequest): Buffer | undefined {
  try {
    return reducePicture(cv, request);
  } catch {
    // OpenCV throws for a picture that it cannot read or write. The next one may be fine.
    return undefined;
  }
}
