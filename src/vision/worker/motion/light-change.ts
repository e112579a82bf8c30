/** Pulls the gain to 1 where a picture has too little contrast, such as a bare wall; gray levels squared. */
const ridge = 100;

/**
 * How the light changed between `before` and `now`, for the whole picture: what sun and automatic exposure do.
 * The gray levels of `now` are `gain` times those of `before`, plus `offset`.
 * A straight line through all cells by least squares, with a ridge on the slope (Hoerl and Kennard, 1970). Someone who
 * covers much of the picture shifts the line, and other cells differ from it; that is harmless, since there is motion.
 */
export function lightChange(before: Float32Array, now: Uint8Array): { gain: number; offset: number } {
  let sumX = 0;
  let sumY = 0;
  let sumXX = 0;
  let sumXY = 0;
  for (let cell = 0; cell < now.length; cell++) {
    const x = before[cell] as number;
    const y = now[cell] as number;
    sumX += x;
    sumY += y;
    sumXX += x * x;
    sumXY += x * y;
  }
  const count = now.length;
  const meanX = sumX / count;
  const meanY = sumY / count;
  const variance = sumXX / count - meanX * meanX;
  const covariance = sumXY / count - meanX * meanY;
  const gain = (covariance + ridge) / (variance + ridge);
  return { gain, offset: meanY - gain * meanX };
}
