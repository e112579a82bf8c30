import { type Box, type Landmarks, landmarksOf } from "../../../../face/face.ts";
import type { DetectorSettings, FrameSize, VisionSettings } from "../../../types.ts";
import { view } from "../../crop.ts";
import { nonMaxSuppression } from "../../iou.ts";
import type { Cv, Mat } from "../../opencv.ts";
import { reductionFor } from "../../picture.ts";
import { type Detection, type Detector, translate } from "../detector.ts";
import { decode } from "./decode.ts";
import { inputMaker, type YunetInput } from "./input.ts";
import { loadYunet } from "./session.ts";
import { searchWidths, smallestFaceInInput } from "./width.ts";

type YunetSettings = Extract<DetectorSettings, { name: "yunet" }>;

/** Two boxes that overlap more (intersection over union) are one face; as in YuNet's own demos. */
const maxOverlap = 0.3;

/** YuNet, a neural network that detects faces, run by ONNX Runtime. @throws UserError when the model does not load. */
export async function yunetDetector(
  cv: Cv,
  { model, width }: YunetSettings,
  { threads = 1, score, minFace }: VisionSettings,
  stills: boolean,
): Promise<Detector> {
  const run = await loadYunet(model, threads);
  const inputOf = inputMaker(cv);
  const widths = (frame: FrameSize) => searchWidths(frame, { width, minFace, stills });
  const widest = (frame: FrameSize) => Math.max(...widths(frame));
  const detectAt = async (maxWidth: number, frame: Mat, within: Box) => {
    const part = view(cv, frame, within);
    const input = inputOf(frame, part, maxWidth);
    part.release();
    const outputs = await run(input.planes, input.width, input.height);
    return decode(outputs, input.width, score).map(({ box, score, landmarks }) =>
      translate({ box: toPart(box, input, within), score, landmarks: scaled(landmarks, input) }, within),
    );
  };
  return {
    name: "yunet",
    reductionFor: (frame) => reductionFor(frame.width, widest(frame)),
    smallestFace: (frame) => (smallestFaceInInput * frame.width) / Math.min(frame.width, widest(frame)),
    async detect(frame, within = { x: 0, y: 0, width: frame.cols, height: frame.rows }, reduction = 1) {
      const whole = { width: frame.cols * reduction, height: frame.rows * reduction };
      const found: Detection[] = [];
      for (const each of widths(whole)) found.push(...(await detectAt(each, frame, within)));
      return nonMaxSuppression(found, maxOverlap);
    },
  };
}

/** Clipped to the part. */
function toPart(box: Box, { scaleX, scaleY }: YunetInput, part: { width: number; height: number }): Box {
  const clip = (value: number, max: number) => Math.min(max, Math.max(0, value));
  const x = clip(box.x * scaleX, part.width);
  const y = clip(box.y * scaleY, part.height);
  const width = clip((box.x + box.width) * scaleX, part.width) - x;
  const height = clip((box.y + box.height) * scaleY, part.height) - y;
  return { x, y, width, height };
}

/** A point may lie outside. */
function scaled(landmarks: Landmarks, { scaleX, scaleY }: YunetInput): Landmarks {
  return landmarksOf((name) => ({ x: landmarks[name].x * scaleX, y: landmarks[name].y * scaleY }));
}
