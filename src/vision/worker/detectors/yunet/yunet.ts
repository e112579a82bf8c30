import { type Box, type Landmarks, landmarksOf } from "../../../../face/face.ts";
import type { DetectorSettings, VisionSettings } from "../../../types.ts";
import { view } from "../../crop.ts";
import { nonMaxSuppression } from "../../iou.ts";
import type { Cv } from "../../opencv.ts";
import { reductionFor } from "../../picture.ts";
import { type Detector, translate } from "../detector.ts";
import { decode } from "./decode.ts";
import { inputMaker, type YunetInput } from "./input.ts";
import { loadYunet } from "./session.ts";

type YunetSettings = Extract<DetectorSettings, { name: "yunet" }>;

/** Two boxes that overlap more (intersection over union) are one face; as in YuNet's own demos. */
const maxOverlap = 0.3;

/** YuNet, a neural network that detects faces, run by ONNX Runtime. @throws UserError when the model does not load. */
export async function yunetDetector(
  cv: Cv,
  { model, width }: YunetSettings,
  { threads = 1, score }: VisionSettings,
): Promise<Detector> {
  const run = await loadYunet(model, threads);
  const inputOf = inputMaker(cv, width);
  return {
    name: "yunet",
    reductionFor: (frame) => reductionFor(frame.width, width),
    async detect(frame, within = { x: 0, y: 0, width: frame.cols, height: frame.rows }) {
      const part = view(cv, frame, within);
      const input = inputOf(frame, part);
      part.release();
      const outputs = await run(input.planes, input.width, input.height);
      return nonMaxSuppression(decode(outputs, input.width, score), maxOverlap).map(
        ({ box, score, landmarks }) =>
          translate({ box: toPart(box, input, within), score, landmarks: scaled(landmarks, input) }, within),
      );
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
