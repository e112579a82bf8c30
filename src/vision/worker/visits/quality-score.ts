import type { Box, Landmarks } from "../../../face/face.ts";
import type { FrameSize } from "../../types.ts";
import type { Detection } from "../detectors/detector.ts";
import { sharpness } from "./sharpness.ts";

/** A face of this width, pixels, gets the full score for size. */
const largeEnough = 160;
/** The variance of the Laplacian that scores 0.5: that of a face which moves a little in front of a webcam. */
const halfSharp = 150;
/** Minimum of each property: bad pictures, too, need an order. */
const minProperty = 0.05;
/** Factor for a face at the edge of the frame, which may be cut off. */
const edgeFactor = 0.5;

export interface Shot extends Detection {
  readonly frame: FrameSize;
  /** 0..1 */
  readonly sharpness: number;
}

/** Side of the picture in which sharpness is measured, pixels: the same for all faces, so that they compare. */
export const sampleSide = 64;

/** How sharp a face in grayscale of `sampleSide` by `sampleSide` bytes is, 0..1. */
export function sharpnessOf(sample: Uint8Array): number {
  const variance = sharpness(sample, sampleSide);
  return variance / (variance + halfSharp);
}

/**
 * How good a picture of a face this is, 0..1: the geometric mean of its size, the detector's score, its sharpness and how
 * frontal it is, each 0..1. One bad property spoils a picture, so they are multiplied, not added.
 */
export function qualityOf({ box, score, landmarks, frame, sharpness: sharp }: Shot): number {
  const size = Math.min(1, Math.min(box.width, box.height) / largeEnough);
  // A detector without landmarks finds frontal faces only.
  const frontal = landmarks ? frontality(landmarks) : 1;
  const properties = [size, score, sharp, frontal].map((property) => Math.max(minProperty, property));
  const mean = properties.reduce((product, property) => product * property, 1) ** (1 / properties.length);
  return touchesEdge(box, frame) ? mean * edgeFactor : mean;
}

/**
 * 1 when the nose is midway between the eyes, 0 when it is level with one of them or beyond: the face is turned away.
 * Measured along the line through the eyes, so that a tilted head scores the same.
 */
export function frontality({ rightEye, leftEye, nose }: Landmarks): number {
  const eyes = { x: leftEye.x - rightEye.x, y: leftEye.y - rightEye.y };
  const length = eyes.x ** 2 + eyes.y ** 2;
  if (length === 0) return 0;
  // The nose projected onto that line: 0 at the right eye, 1 at the left.
  const projection = ((nose.x - rightEye.x) * eyes.x + (nose.y - rightEye.y) * eyes.y) / length;
  return Math.max(0, 1 - Math.abs(projection - 0.5) * 2);
}

function touchesEdge(box: Box, frame: FrameSize): boolean {
  return box.x <= 0 || box.y <= 0 || box.x + box.width >= frame.width || box.y + box.height >= frame.height;
}
