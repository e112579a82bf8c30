import { describe, UserError } from "../../base/errors.ts";
import type { PictureReply, PictureRequest } from "../picture-messages.ts";
import { alignPicture } from "./align-picture.ts";
import { liveWithSupervisor } from "./live-with-supervisor.ts";
import { type Cv, loadOpenCv } from "./opencv.ts";
import { reducePicture } from "./reduce-picture.ts";

/* The picture worker: makes pictures smaller or aligns them, one at a time, for a process that does not load OpenCV. */

liveWithSupervisor();
let cv: Cv | undefined;

process.on("message", (request: PictureRequest) => process.send?.(replyTo(request)));

function replyTo(request: PictureRequest): PictureReply {
  try {
    cv ??= loadOpenCv();
  } catch (error) {
    const { message, remedy } = error instanceof UserError ? error : { message: describe(error), remedy: "" };
    return { picture: undefined, failure: { code: "OPENCV_UNAVAILABLE", message, remedy } };
  }
  try {
    return { picture: request.kind === "reduce" ? reducePicture(cv, request) : alignPicture(cv, request) };
  } catch {
    // OpenCV throws for a picture that it cannot read or write. The next one may be fine.
    return { picture: undefined };
  }
}
