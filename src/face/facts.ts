import { type Box, type FaceFacts, landmarkNames, landmarksOf } from "./face.ts";

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const timestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const visitNumber = /^[1-9]\d{0,15}$/;

/**
 * The facts in a picture's text, or undefined when detect would not write them: then the picture is foreign.
 * Anyone may publish, so each fact is checked before a key or a count is made from it, and nothing else is copied.
 */
export function parseFacts(text: string): FaceFacts | undefined {
  const value = parseJson(text);
  if (!isFaceFacts(value)) return undefined;
  const { v, id, camera, epoch, seq, capturedAt, frame, score, detector, visit, quality, reduced } = value;
  const { width, height, index } = frame;
  const points = value.landmarks;
  return {
    v,
    id,
    camera,
    epoch,
    seq,
    capturedAt,
    frame: { width, height, index },
    box: boxOf(value.box),
    crop: value.crop && boxOf(value.crop),
    aligned: value.aligned,
    score,
    detector,
    visit,
    quality,
    landmarks: points && landmarksOf((name) => ({ x: points[name].x, y: points[name].y })),
    reduced: reduced && {
      bytes: reduced.bytes,
      width: reduced.width,
      height: reduced.height,
      format: reduced.format,
    },
  };
}

function boxOf({ x, y, width, height }: Box): Box {
  return { x, y, width, height };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isFaceFacts(value: unknown): value is FaceFacts {
  if (!isObject(value)) return false;
  const { v, id, camera, epoch, seq, capturedAt, frame, box, score, detector, visit, quality, landmarks } =
    value;
  const { crop, aligned, reduced } = value;
  return (
    v === 1 &&
    [id, epoch].every((each) => matches(each, uuid)) &&
    [camera, detector].every((each) => typeof each === "string" && each !== "") &&
    Number.isSafeInteger(seq) &&
    Number(seq) >= 1 &&
    matches(capturedAt, timestamp) &&
    !Number.isNaN(Date.parse(capturedAt)) &&
    hasNumbers(frame, ["width", "height", "index"]) &&
    isBox(box) &&
    (crop === undefined || isBox(crop)) &&
    (aligned === undefined || aligned === true) &&
    Number.isFinite(score) &&
    (visit === undefined || matches(visit, visitNumber)) &&
    (quality === undefined || Number.isFinite(quality)) &&
    (landmarks === undefined || hasLandmarks(landmarks)) &&
    (reduced === undefined || isOriginal(reduced))
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function matches(value: unknown, pattern: RegExp): value is string {
  return typeof value === "string" && pattern.test(value);
}

function hasNumbers(value: unknown, names: readonly string[]): boolean {
  return isObject(value) && names.every((name) => Number.isFinite(value[name]));
}

function isBox(value: unknown): boolean {
  return hasNumbers(value, ["x", "y", "width", "height"]);
}

function hasLandmarks(value: unknown): boolean {
  return isObject(value) && landmarkNames.every((name) => hasNumbers(value[name], ["x", "y"]));
}

function isOriginal(value: unknown): boolean {
  if (!isObject(value)) return false;
  const isCount = (name: string) => Number.isSafeInteger(value[name]) && Number(value[name]) >= 1;
  const { format } = value;
  return ["bytes", "width", "height"].every(isCount) && (format === "png" || format === "jpeg");
}
