import assert from "node:assert/strict";
import { test } from "node:test";
import { linearRegression, type Point } from "../../bench/support/linear-regression.ts";

/** Reproducible numbers between -0.5 and 0.5 (Lehmer's generator, with Park and Miller's constants). */
function noise(count: number, seed = 1): number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647 - 0.5;
  });
}

function points(values: readonly number[]): Point[] {
  return values.map((y, x) => ({ x, y }));
}

test("points on a line have its slope, and no standard error", () => {
  const line = linearRegression(points([10, 13, 16, 19]));
  assert.deepEqual(line, { slope: 3, standardError: 0 });
});

test("two points have no standard error", () => {
  assert.deepEqual(linearRegression(points([1, 2])), { slope: 1, standardError: Number.NaN });
});

test("the standard error for independent noise is that of ordinary least squares", () => {
  const { slope, standardError } = linearRegression(
    points(noise(1200).map((each, x) => 5 + 0.01 * x + each)),
  );
  // The standard deviation of uniform noise is 1/sqrt(12); the sum of squares of x is n(n^2-1)/12.
  const expected = Math.sqrt(1 / 12 / ((1200 * (1200 ** 2 - 1)) / 12));
  assert.ok(Math.abs(standardError / expected - 1) < 0.1, `${standardError}, not ${expected}`);
  assert.ok(Math.abs(slope - 0.01) < 3 * standardError, `${slope}`);
});

test("autocorrelated noise makes the standard error larger", () => {
  let last = 0;
  const autocorrelated = noise(1200).map((each) => (last = 0.9 * last + each));
  const { standardError } = linearRegression(points(autocorrelated));
  const shuffled = noise(1200, 2)
    .map((key, at) => ({ key, value: autocorrelated[at] ?? 0 }))
    .sort((a, b) => a.key - b.key)
    .map(({ value }) => value);
  // By the factor sqrt((1+r)/(1-r)), which is 4.4 for r = 0.9.
  const factor = standardError / linearRegression(points(shuffled)).standardError;
  assert.ok(factor > 3.5 && factor < 5.5, `${factor}`);
});
