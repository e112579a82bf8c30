import { type Box, type Landmarks, landmarkNames, type Point } from "../face/face.ts";
import type { FrameSize } from "./types.ts";

/** Side of an aligned face, pixels: the input of ArcFace and of most recognition models since. */
export const alignedSide = 112;

/**
 * Where the landmarks of an aligned face are, pixels: the points that ArcFace was trained with (Deng et al., 2019), from
 * `arcface_dst` in InsightFace's `face_align.py`. OpenCV's FaceRecognizerSF uses the same.
 */
export const referencePoints: Landmarks = {
  rightEye: { x: 38.2946, y: 51.6963 },
  leftEye: { x: 73.5318, y: 51.5014 },
  nose: { x: 56.0252, y: 71.7366 },
  rightMouth: { x: 41.5493, y: 92.3655 },
  leftMouth: { x: 70.7299, y: 92.2041 },
};

/** Turns, scales and shifts: (x, y) becomes (ax - by + dx, bx + ay + dy). It never mirrors. */
export interface Similarity {
  readonly a: number;
  readonly b: number;
  readonly dx: number;
  readonly dy: number;
}

/**
 * The similarity from the frame to an aligned face that brings the landmarks closest to the reference points, by least
 * squares (Umeyama, 1991). In two dimensions, and without reflection, the solution is a quotient of complex numbers.
 */
export function alignment(landmarks: Landmarks): Similarity {
  const [from, to] = [mean(landmarks), mean(referencePoints)];
  let [real, imaginary, spread] = [0, 0, 0];
  for (const name of landmarkNames) {
    const [point, reference] = [landmarks[name], referencePoints[name]];
    const [x, y] = [point.x - from.x, point.y - from.y];
    const [u, v] = [reference.x - to.x, reference.y - to.y];
    real += x * u + y * v;
    imaginary += x * v - y * u;
    spread += x * x + y * y;
  }
  // Landmarks that coincide have neither size nor direction.
  const [a, b] = spread === 0 ? [1, 0] : [real / spread, imaginary / spread];
  return { a, b, dx: to.x - (a * from.x - b * from.y), dy: to.y - (b * from.x + a * from.y) };
}

export function project({ a, b, dx, dy }: Similarity, { x, y }: Point): Point {
  return { x: a * x - b * y + dx, y: b * x + a * y + dy };
}

/** The point of the frame that `project` brings to this one. */
function unproject({ a, b, dx, dy }: Similarity, point: Point): Point {
  const [x, y, norm] = [point.x - dx, point.y - dy, a * a + b * b];
  return { x: (a * x + b * y) / norm, y: (a * y - b * x) / norm };
}

/** The bounding rectangle of the aligned face's square, clipped to the frame; whole pixels. */
export function alignedRectangle(similarity: Similarity, frame: FrameSize): Box {
  // OpenCV's coordinates are those of the pixels' centers: the square reaches half a pixel further.
  const [low, high] = [-0.5, alignedSide - 0.5];
  const corners = [
    { x: low, y: low },
    { x: high, y: low },
    { x: low, y: high },
    { x: high, y: high },
  ].map((corner) => unproject(similarity, corner));
  const span = (values: readonly number[], max: number) => {
    const first = Math.min(max, Math.max(0, Math.floor(Math.min(...values) + 0.5)));
    const end = Math.min(max, Math.max(first, Math.ceil(Math.max(...values) + 0.5)));
    return [first, end - first] as const;
  };
  const [x, width] = span(
    corners.map((corner) => corner.x),
    frame.width,
  );
  const [y, height] = span(
    corners.map((corner) => corner.y),
    frame.height,
  );
  return { x, y, width, height };
}

function mean(points: Landmarks): Point {
  const all = landmarkNames.map((name) => points[name]);
  const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / all.length;
  return { x: average(all.map(({ x }) => x)), y: average(all.map(({ y }) => y)) };
}
