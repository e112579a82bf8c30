import { assignedSecrets } from "../../../base/assigned-credentials.ts";
import { UserError } from "../../../base/errors.ts";
import { redact } from "../../../base/redact.ts";
import { pipelineForm, withAppsink } from "../../gst-pipeline.ts";
import type { StreamFormat } from "../../types.ts";
import type { Cv, Mat, VideoCapture } from "../opencv.ts";
import { Picture } from "../picture.ts";
import { captureOf } from "./capture.ts";
import { type GstLog, startGstLog } from "./gst-log.ts";
import { gstRemedy } from "./gst-remedies.ts";
import { jpegPicture } from "./jpeg-picture.ts";
import { liveSource } from "./live.ts";
import { RecordingClock } from "./recording-clock.ts";
import type { Source } from "./source.ts";

/** OpenCV reads from the appsink whose name contains this. */
const sinkName = "opencvsink";
/** A name by which OpenCV finds no appsink. */
const hiddenName = "unread";

interface Pipeline {
  readonly text: string;
  /** What may be shown of it. */
  readonly label: string;
}

/**
 * A GStreamer pipeline. It is a recording if it reads a file or says how long it is: then it delivers every frame and ends.
 * Otherwise it is a camera.
 * @throws UserError that says what GStreamer says.
 */
export function openGstreamer(cv: Cv, { text, label }: Pipeline): Source {
  assertSupported(cv);
  const log = startGstLog();
  const secrets = assignedSecrets(text);
  const fail = (
    code: "CAMERA_NOT_OPENED" | "CAMERA_NO_FRAMES" | "PIPELINE_INVALID",
    why: string,
    remedy = gstRemedy(why),
  ) => new UserError(code, `${label}: ${redact(why, secrets)}`, remedy);
  assertParses(cv, text, log, fail);
  const form = pipelineForm(text);
  const open = (ends: boolean) => {
    try {
      return new cv.VideoCapture(asPipeline(withAppsink(text, sinkName, ends)), cv.CAP_GSTREAMER);
    } catch {
      const [why = "the pipeline does not start"] = log.errors();
      throw fail("CAMERA_NOT_OPENED", why);
    }
  };
  const whyEnded = () => {
    const [why] = log.errors();
    return why === undefined ? undefined : fail("CAMERA_NO_FRAMES", why);
  };
  let video = open(form.ends);
  const frames = count(video.get(cv.CAP_PROP_FRAME_COUNT));
  if (!form.ends && frames === undefined) {
    const drops = form.sink !== "keeps";
    const capture = captureOf(video, {
      picture: () => pictureOf(cv, video, { label, jpeg: form.jpeg }),
      // The appsink keeps the newest frame alone: there is none to pass over.
      timestampAge: () => (drops ? 0 : undefined),
      whyEnded,
      stream: streamOf(cv, video, form.jpeg ? "mjpeg" : undefined),
    });
    return liveSource(capture, label);
  }
  if (!form.ends && form.sink === "none") {
    video.release();
    video = open(true);
  }
  return recording(cv, { label, jpeg: form.jpeg, frames, open: () => open(true), first: video, whyEnded });
}

function streamOf(cv: Cv, video: VideoCapture, codec: string | undefined): StreamFormat | undefined {
  const width = positive(video.get(cv.CAP_PROP_FRAME_WIDTH));
  const height = positive(video.get(cv.CAP_PROP_FRAME_HEIGHT));
  const rate = positive(video.get(cv.CAP_PROP_FPS));
  return width && height ? { codec, width, height, rate } : undefined;
}

interface Recording {
  readonly label: string;
  readonly jpeg: boolean;
  readonly frames: number | undefined;
  readonly first: VideoCapture;
  readonly open: () => VideoCapture;
  readonly whyEnded: () => UserError | undefined;
}

function recording(cv: Cv, { label, jpeg, frames, open, first, whyEnded }: Recording): Source {
  let video = first;
  const rate = positive(video.get(cv.CAP_PROP_FPS));
  const clock = new RecordingClock(rate, undefined);
  return {
    info: { live: false, frames },
    async read() {
      if (!video.grab()) {
        const failure = whyEnded();
        if (failure) throw failure;
        return undefined;
      }
      // The position is that of a later frame, which waits in the appsink: without it as long as frames have a rate.
      const seconds = clock.onFrame(rate === undefined ? video.get(cv.CAP_PROP_POS_MSEC) / 1000 : -1);
      return { picture: pictureOf(cv, video, { label, jpeg }), capturedAt: Date.now(), dropped: 0, seconds };
    },
    rewind() {
      video.release();
      video = open();
      clock.rewind();
    },
    close: () => video.release(),
  };
}

/** OpenCV takes what begins like a URL, or is the name of a file, for that. */
function asPipeline(text: string): string {
  return ` ${text}`;
}

function assertSupported(cv: Cv): void {
  if (/GStreamer:\s+YES/.test(cv.getBuildInformation())) return;
  const remedy =
    "Debian's and Ubuntu's libopencv-dev has it; for the image see docs/image.md; a camera's URL or device needs none";
  throw new UserError(
    "GSTREAMER_UNAVAILABLE",
    "this OpenCV was built without GStreamer, which gst: needs",
    remedy,
  );
}

/**
 * Lets GStreamer parse the pipeline, and starts nothing: OpenCV finds no appsink in it. OpenCV 4.6 starts what could be
 * parsed of a pipeline with an error, and crashes.
 */
function assertParses(
  cv: Cv,
  text: string,
  log: GstLog,
  fail: (code: "PIPELINE_INVALID", why: string) => UserError,
): void {
  try {
    new cv.VideoCapture(asPipeline(withAppsink(text, hiddenName, false)), cv.CAP_GSTREAMER).release();
  } catch {
    // As intended.
  }
  const [why] = log.errors();
  if (why !== undefined) throw fail("PIPELINE_INVALID", why);
}

/** The picture that the appsink delivered last: BGR, grey, or JPEG, which it should be if the pipeline says so. */
function pictureOf(cv: Cv, video: VideoCapture, { label, jpeg }: { label: string; jpeg: boolean }): Picture {
  if (jpeg) {
    const mat = video.retrieve();
    if (isFile(mat)) return jpegPicture(cv, bytesOf(mat));
    mat.release();
  }
  return new Picture((reduction) => {
    const mat = video.retrieve();
    if (mat.channels === 3) return { mat, reduction: 1 };
    if (isFile(mat)) return jpegPicture(cv, bytesOf(mat)).at(reduction);
    const isGrey = mat.channels === 1 && mat.rows === video.get(cv.CAP_PROP_FRAME_HEIGHT);
    const colour = isGrey ? mat.cvtColor(cv.COLOR_GRAY2BGR) : undefined;
    mat.release();
    if (colour) return { mat: colour, reduction: 1 };
    const message = `${label} delivers pictures in a format that is neither BGR, grey nor JPEG`;
    const remedy = "Leave its appsink out, or put `videoconvert ! video/x-raw,format=BGR` before it";
    throw new UserError("PIPELINE_INVALID", message, remedy);
  });
}

/** One row of bytes. */
function isFile({ rows, channels }: Mat): boolean {
  return rows === 1 && channels === 1;
}

function bytesOf(mat: Mat): Buffer {
  const bytes = mat.getData();
  mat.release();
  return bytes;
}

/** Unknown: -1, or the largest number. */
function count(value: number): number | undefined {
  return Number.isSafeInteger(value) && value > 0 && value < 2 ** 40 ? value : undefined;
}

function positive(value: number): number | undefined {
  return Number.isFinite(value) && value > 0 ? value : undefined;
}
