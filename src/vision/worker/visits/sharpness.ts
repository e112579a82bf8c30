/**
 * The variance of the Laplacian of a square grayscale picture of `side` by `side` bytes, without its border: 0 for one
 * color, some hundred for a sharp face. The Laplacian is the sum of the four neighbors minus four times the pixel.
 * Source: Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy: a comparative study", ICPR 2000.
 */
export function sharpness(gray: Uint8Array, side: number): number {
  let sum = 0;
  let squares = 0;
  const at = (index: number): number => gray[index] ?? 0;
  for (let y = 1; y < side - 1; y++)
    for (let x = 1; x < side - 1; x++) {
      const here = y * side + x;
      const laplacian = at(here - side) + at(here + side) + at(here - 1) + at(here + 1) - 4 * at(here);
      sum += laplacian;
      squares += laplacian ** 2;
    }
  const count = (side - 2) ** 2;
  return squares / count - (sum / count) ** 2;
}
