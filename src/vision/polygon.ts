/** A corner in fractions of the frame's width and height, 0..1, from the upper left. */
export interface Corner {
  readonly x: number;
  readonly y: number;
}

/** Three corners or more; the last is joined to the first. */
export type Polygon = readonly Corner[];

/** Parses `x,y x,y x,y`. @throws Error that says what is wrong. */
export function parsePolygon(text: string): Polygon {
  const corners = text.trim().split(/\s+/).map(parseCorner);
  if (corners.length < 3) throw new Error("must have three corners or more: x,y x,y x,y");
  return corners;
}

function parseCorner(text: string): Corner {
  const [, x, y] = /^(\d*\.?\d+),(\d*\.?\d+)$/.exec(text) ?? [];
  const corner = { x: Number(x), y: Number(y) };
  // NaN is not within 0..1 either.
  if (!(corner.x <= 1 && corner.y <= 1)) throw new Error(`"${text}" must be a corner x,y with both in 0..1`);
  return corner;
}

/**
 * Whether a point lies in the polygon, both in the same units: a ray from it crosses the outline an odd number of times
 * (even-odd rule; Shimrat, "Algorithm 112: Position of point relative to polygon", CACM 1962).
 */
export function contains(polygon: Polygon, { x, y }: Corner): boolean {
  let inside = false;
  for (const [nth, a] of polygon.entries()) {
    const b = polygon.at(nth - 1) ?? a;
    const crosses = a.y > y !== b.y > y && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x;
    if (crosses) inside = !inside;
  }
  return inside;
}
