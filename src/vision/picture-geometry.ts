import { type Box, type FaceFacts, type Landmarks, landmarksOf, type Point } from "../face/face.ts";
import { alignedSide, alignment, project } from "./alignment.ts";
import type { FrameSize } from "./types.ts";

/** Where a face is in its own picture. */
export interface PictureGeometry {
  /** Pixels of the picture, fractions included; clipped to it. */
  readonly box: Box;
  /** Pixels of the picture; a point may be outside it. */
  readonly landmarks: Landmarks | undefined;
}

/**
 * The box and the landmarks of a face, in pixels of its picture, which has this size: smaller than the part of the frame that
 * it shows when it was reduced. As in OpenCV and in the facts, a point's coordinates are those of pixel centers, while a
 * box goes from the edge of a pixel to that of another.
 */
export function pictureGeometry(facts: FaceFacts, size: FrameSize): PictureGeometry {
  const toPicture =
    facts.aligned && facts.landmarks ? fromAligned(facts.landmarks, size) : fromCrop(facts, size);
  const { x, y, width, height } = facts.box;
  const corners = [x, x + width].flatMap((cx) => [y, y + height].map((cy) => ({ x: cx - 0.5, y: cy - 0.5 })));
  const ends = corners.map(toPicture).map((corner) => ({ x: corner.x + 0.5, y: corner.y + 0.5 }));
  const [left, right] = span(
    ends.map((end) => end.x),
    size.width,
  );
  const [top, bottom] = span(
    ends.map((end) => end.y),
    size.height,
  );
  const points = facts.landmarks;
  const landmarks = points && landmarksOf((name) => toPicture(points[name]));
  const areFinite = Object.values(landmarks ?? {}).every(
    ({ x, y }) => Number.isFinite(x) && Number.isFinite(y),
  );
  return {
    box: { x: left, y: top, width: right - left, height: bottom - top },
    landmarks: areFinite ? landmarks : undefined,
  };
}

type Mapping = (point: Point) => Point;

function fromAligned(landmarks: Landmarks, size: FrameSize): Mapping {
  const similarity = alignment(landmarks);
  const scale = { x: size.width / alignedSide, y: size.height / alignedSide };
  return (point) => {
    const { x, y } = project(similarity, point);
    return { x: (x + 0.5) * scale.x - 0.5, y: (y + 0.5) * scale.y - 0.5 };
  };
}

function fromCrop({ box, crop: given }: FaceFacts, size: FrameSize): Mapping {
  // A publisher of its own may write any numbers.
  const crop = given && given.width >= 1 && given.height >= 1 ? given : centered(box, size);
  const scale = { x: size.width / crop.width, y: size.height / crop.height };
  return (point) => ({
    x: (point.x - crop.x + 0.5) * scale.x - 0.5,
    y: (point.y - crop.y + 0.5) * scale.y - 0.5,
  });
}

/** What the picture of an older message shows, which has no crop: the box with the same margin on both sides. */
function centered({ x, y, width, height }: Box, size: FrameSize): Box {
  return { x: x - (size.width - width) / 2, y: y - (size.height - height) / 2, ...size };
}

function span(values: readonly number[], most: number): [number, number] {
  const inside = (value: number) => Math.min(most, Math.max(0, value || 0));
  return [inside(Math.min(...values)), inside(Math.max(...values))];
}
