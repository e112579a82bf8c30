import type { Box, Landmarks } from "../../../face/face.ts";
import { sharpness } from "./sharpness.ts";

/** A face as wide as this, pixels, is as large as anyone needs. */
const largeEnough = 160;
/** Half marks for a variance of the Laplacian of this: what a webcam's face has that moves a little. */
const halfSharp = 150;
/** No property counts for less than this: among bad pictures, too, one is the best. */
const least = 0.05;
/** A face that the frame cuts off is worth this part of what it would be. */
const cutOff = 0.5;

export interface Judged {
  readonly box: Box;
  /** The detector's, 0..1. */
  readonly score: number;
  readonly landmarks?: Landmarks;
  readonly frame: { readonly width: number; readonly height: number };
  /** The face as a grey picture of `sampleSide` by `sampleSide` bytes. */
  readonly sample: Uint8Array;
}

/** The side of the picture that sharpness is measured in, pixels: the same for all faces, so that they compare. */
export const sampleSide = 64;

/**
 * How good a picture of a face this is, 0..1: the geometric mean of its size, the detector's score, its sharpness and how
 * frontal it is, each 0..1. One bad property spoils a picture, so they are multiplied and not added.
 */
export function qualityOf({ box, score, landmarks, frame, sample }: Judged): number {
  const size = Math.min(1, Math.min(box.width, box.height) / largeEnough);
  const variance = sharpness(sample, sampleSide);
  const sharp = variance / (variance + halfSharp);
  // Who gives no landmarks finds frontal faces only.
  const frontal = landmarks ? frontality(landmarks) : 1;
  const properties = [size, score, sharp, frontal].map((property) => Math.max(least, property));
  const mean = properties.reduce((product, property) => product * property, 1) ** (1 / properties.length);
  return touchesEdge(box, frame) ? mean * cutOff : mean;
}

/**
 * 1 when the nose is midway between the eyes, 0 when it is above or beyond one of them: the face is turned away.
 * Measured along the line through the eyes, so that a head held askew loses nothing.
 */
export function frontality({ rightEye, leftEye, nose }: Landmarks): number {
  const eyes = { x: leftEye.x - rightEye.x, y: leftEye.y - rightEye.y };
  const length = eyes.x ** 2 + eyes.y ** 2;
  if (length === 0) return 0;
  // Where the nose's foot falls on that line: 0 at the right eye, 1 at the left.
  const foot = ((nose.x - rightEye.x) * eyes.x + (nose.y - rightEye.y) * eyes.y) / length;
  return Math.max(0, 1 - Math.abs(foot - 0.5) * 2);
}

function touchesEdge(box: Box, frame: { width: number; height: number }): boolean {
  return box.x <= 0 || box.y <= 0 || box.x + box.width >= frame.width || box.y + box.height >= frame.height;
}
