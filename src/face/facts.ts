import { type FaceFacts, type Landmarks, landmarkNames, landmarksOf } from "./face.ts";

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const timestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const visitNumber = /^[1-9]\d{0,15}$/;

/**
 * The facts in a picture's text, or undefined when it is not what detect writes: then the picture is someone else's.
 * Anyone may publish, so each fact is checked before a key or a count is made from it, and nothing else is taken over.
 */
export function parseFacts(text: string): FaceFacts | undefined {
  try {
    const { v, id, camera, epoch, seq, capturedAt, frame, box, score, detector, ...more } = JSON.parse(text);
    const facts: FaceFacts = {
      v,
      id,
      camera,
      epoch,
      seq,
      capturedAt,
      frame: { width: frame.width, height: frame.height, index: frame.index },
      box: { x: box.x, y: box.y, width: box.width, height: box.height },
      score,
      detector,
      ...(more.visit !== undefined && { visit: more.visit }),
      ...(more.quality !== undefined && { quality: more.quality }),
      ...(more.landmarks !== undefined && { landmarks: readLandmarks(more.landmarks) }),
    };
    return looksRight(facts) ? facts : undefined;
  } catch {
    return undefined;
  }
}

/** Throws when a point is missing. */
function readLandmarks(landmarks: Landmarks): Landmarks {
  return landmarksOf((name) => ({ x: landmarks[name].x, y: landmarks[name].y }));
}

function looksRight(facts: FaceFacts): boolean {
  const { v, id, camera, epoch, seq, capturedAt, frame, box, score, detector } = facts;
  const { visit, quality, landmarks } = facts;
  const points = landmarks ? landmarkNames.flatMap((name) => Object.values(landmarks[name])) : [];
  return (
    v === 1 &&
    [id, epoch].every((each) => typeof each === "string" && uuid.test(each)) &&
    [camera, detector].every((each) => typeof each === "string" && each !== "") &&
    Number.isSafeInteger(seq) &&
    seq >= 1 &&
    typeof capturedAt === "string" &&
    timestamp.test(capturedAt) &&
    !Number.isNaN(Date.parse(capturedAt)) &&
    [...Object.values(frame), ...Object.values(box), score, quality ?? 0, ...points].every(Number.isFinite) &&
    (visit === undefined || (typeof visit === "string" && visitNumber.test(visit)))
  );
}
