import type { FaceFacts } from "./face.ts";

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const timestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/**
 * The facts in a picture's text, or undefined when it is not what detect writes: then the picture is someone else's.
 * Anyone may publish, so each fact is checked before a key or a count is made from it, and nothing else is taken over.
 */
export function parseFacts(text: string): FaceFacts | undefined {
  try {
    const { v, id, camera, epoch, seq, capturedAt, frame, box, score, detector } = JSON.parse(text);
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
    };
    return looksRight(facts) ? facts : undefined;
  } catch {
    return undefined;
  }
}

function looksRight({
  v,
  id,
  camera,
  epoch,
  seq,
  capturedAt,
  frame,
  box,
  score,
  detector,
}: FaceFacts): boolean {
  return (
    v === 1 &&
    [id, epoch].every((each) => typeof each === "string" && uuid.test(each)) &&
    [camera, detector].every((each) => typeof each === "string" && each !== "") &&
    Number.isSafeInteger(seq) &&
    seq >= 1 &&
    typeof capturedAt === "string" &&
    timestamp.test(capturedAt) &&
    !Number.isNaN(Date.parse(capturedAt)) &&
    [...Object.values(frame), ...Object.values(box), score].every(Number.isFinite)
  );
}
