import type { StreamFormat } from "../../types.ts";
import type { Cv, VideoCapture } from "../opencv.ts";

/** FFmpeg's names of codecs by the four letters that containers, cameras and OpenCV have for them. */
const names: readonly (readonly [letters: RegExp, name: string])[] = [
  [/^(h264|x264|avc\d)$/, "h264"],
  [/^(h265|x265|hevc|hev1|hvc1)$/, "hevc"],
  [/^(mjp.|jpeg|jpgl)$/, "mjpeg"],
  [/^(mp4v|xvid|divx|dx50|fmp4|mpeg)$/, "mpeg4"],
  [/^vp[o8]8?0?$/, "vp8"],
  [/^vp90?$/, "vp9"],
  [/^(av01|av1)$/, "av1"],
  [/^(yuy2|yuyv)$/, "yuyv422"],
];

/** Above it is a clock of the container, not a rate; frames per second. */
const highestRate = 1000;

/** What an open video says about itself; of a webcam only what OpenCV's own properties tell. */
export function streamFormatOf(cv: Cv, video: VideoCapture): StreamFormat | undefined {
  const width = video.get(cv.CAP_PROP_FRAME_WIDTH);
  const height = video.get(cv.CAP_PROP_FRAME_HEIGHT);
  if (!(width > 0 && height > 0)) return undefined;
  const rate = video.get(cv.CAP_PROP_FPS);
  return {
    codec: codecName(video.get(cv.CAP_PROP_FOURCC)),
    width,
    height,
    rate: rate > 0 && rate <= highestRate ? rate : undefined,
  };
}

/** FFmpeg's name for a FOURCC; undefined for one that is not letters and digits. */
function codecName(fourcc: number): string | undefined {
  const letters = fourccLetters(fourcc)
    .replace(/[\0 ]+$/, "")
    .toLowerCase();
  if (!/^[a-z0-9]{2,4}$/.test(letters)) return undefined;
  return names.find(([pattern]) => pattern.test(letters))?.[1] ?? letters;
}

/** Four letters, in upper or lower case. */
export function fourccLetters(fourcc: number): string {
  const letters = Buffer.alloc(4);
  letters.writeInt32LE(fourcc | 0);
  return letters.toString("latin1");
}
