import assert from "node:assert/strict";
import { test } from "node:test";
import { agesOf } from "../../bench/age/ages.ts";

test("a picture's age is the time since its number was last sent", () => {
  const sent = [
    { number: 0, time: 100 },
    { number: 1, time: 133 },
    { number: 0, time: 166 },
    { number: 1, time: 200 },
  ];
  const arrived = [
    { number: 0, time: 150 },
    { number: 1, time: 199 },
    { number: 0, time: 210 },
  ];
  assert.deepEqual(
    agesOf(sent, arrived).map(({ age }) => age),
    [50, 66, 44],
  );
});

test("a number that was not sent has no age", () => {
  assert.deepEqual(agesOf([{ number: 0, time: 100 }], [{ number: 7, time: 150 }]), []);
});
