import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { properties, withCases } from "./properties.ts";
import { check, property } from "./property.ts";

/** One fixed seed: a failure here is one of the change, not of chance. `npm run fuzz` searches further. */
const seed = 20261121;

for (const { property, runs } of withCases(6000))
  test(property.name, () => {
    const { failure } = check(property, { seed, runs });
    assert.ok(failure === undefined, failure);
  });

test("a property that fails, or hangs, is reported with how to repeat it", () => {
  const number = fc.nat(1000);
  const small = property("small", number, (value) => assert.ok(value < 700));
  const { failure = "" } = check(small, { seed, runs: 200 });
  assert.match(failure, /^small: does not hold for \[700\]\n/);
  const [, path = ""] = /--seed 20261121 --path (\S+)$/.exec(failure) ?? [];
  assert.match(check(small, { seed, runs: 200, path }).failure ?? "", /does not hold for \[700\]/);
  const endless = property("endless", number, (value) => {
    while (value > 500);
  });
  assert.match(check(endless, { seed, runs: 50, caseLimit: 50 }).failure ?? "", /timed out after 50ms/);
});

test("each property has a name of its own", () => {
  assert.equal(new Set(properties.map(({ name }) => name)).size, properties.length);
});
