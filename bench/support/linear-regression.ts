export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The straight line through points. */
export interface Line {
  /** By which y grows when x grows by 1. */
  readonly slope: number;
  /** Of the slope: the true one is within two of these 19 times of 20. NaN when the points are too few to tell. */
  readonly standardError: number;
}

/**
 * The line with the least sum of squares. What is measured of a process depends on what it was a moment before, so its
 * points say less than as many independent ones would: for the error they count as n(1-r)/(1+r), where r is the
 * correlation of a residual with the one before.
 * Source: Santer et al., "Statistical significance of trends and trend differences in layer-average atmospheric
 * temperature time series", J. Geophys. Res. 105, 2000, equations 4 to 6.
 */
export function fitLine(points: readonly Point[]): Line {
  const middle = { x: mean(points.map(({ x }) => x)), y: mean(points.map(({ y }) => y)) };
  const spread = sum(points.map(({ x }) => (x - middle.x) ** 2));
  const slope = sum(points.map(({ x, y }) => (x - middle.x) * (y - middle.y))) / spread;
  const residuals = points.map(({ x, y }) => y - middle.y - slope * (x - middle.x));
  const squares = sum(residuals.map((each) => each ** 2));
  if (squares === 0) return { slope, standardError: points.length > 2 ? 0 : Number.NaN };
  const products = residuals.map((each, at) => each * (residuals[at - 1] ?? 0));
  // Points that take turns would count for more than they are.
  const r = Math.max(0, sum(products) / squares);
  const count = (points.length * (1 - r)) / (1 + r);
  const standardError = count > 2 ? Math.sqrt(squares / (count - 2) / spread) : Number.NaN;
  return { slope, standardError };
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
