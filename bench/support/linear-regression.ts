export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A line fitted to points. */
export interface Regression {
  /** Growth of y per unit of x. */
  readonly slope: number;
  /** Of the slope: the true slope is within two standard errors 19 times of 20. NaN for too few points. */
  readonly standardError: number;
}

/**
 * Ordinary least squares. Measurements of a process are autocorrelated, so they carry less information than as many
 * independent ones: for the standard error they count as n(1-r)/(1+r), where r is the lag-1 autocorrelation of the
 * residuals.
 * Source: Santer et al., "Statistical significance of trends and trend differences in layer-average atmospheric
 * temperature time series", J. Geophys. Res. 105, 2000, equations 4 to 6.
 */
export function linearRegression(points: readonly Point[]): Regression {
  const middle = { x: mean(points.map(({ x }) => x)), y: mean(points.map(({ y }) => y)) };
  const spread = sum(points.map(({ x }) => (x - middle.x) ** 2));
  const slope = sum(points.map(({ x, y }) => (x - middle.x) * (y - middle.y))) / spread;
  const residuals = points.map(({ x, y }) => y - middle.y - slope * (x - middle.x));
  const squares = sum(residuals.map((each) => each ** 2));
  if (squares === 0) return { slope, standardError: points.length > 2 ? 0 : Number.NaN };
  const products = residuals.map((each, at) => each * (residuals[at - 1] ?? 0));
  // A negative autocorrelation would count as more points than there are.
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
