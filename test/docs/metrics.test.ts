import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createMetrics } from "../../src/ops/metrics.ts";

test("docs/metrics.md has a row for each metric with its type and labels, and no other", async () => {
  const { registry } = await createMetrics();
  const metrics = await registry.getMetricsAsJSON();
  const ours = metrics.filter(({ name }) => name.startsWith("facepipe_"));
  const page = readFileSync("docs/metrics.md", "utf8");
  const rows = new Map(
    [...page.matchAll(/^\| `(facepipe_\w+)(\{[\w,]+\})?` \| (\w+) \|/gm)].map((row) => [row[1], row]),
  );
  for (const { name, type } of ours) {
    assert.ok(rows.has(name), `docs/metrics.md lacks a row for ${name}`);
    const { labelNames } = registry.getSingleMetric(name) as unknown as { labelNames: readonly string[] };
    const labels = labelNames.length === 0 ? undefined : `{${labelNames.join(",")}}`;
    assert.equal(rows.get(name)?.[2], labels, `docs/metrics.md has other labels for ${name}`);
    // The declared type is a string, though prom-client's typings have an enum.
    assert.equal(rows.get(name)?.[3], String(type), `docs/metrics.md has another type for ${name}`);
  }
  const named = new Set(page.match(/\bfacepipe_[a-z_]+/g));
  const known = ours.flatMap(({ name }) => [name, `${name}_bucket`, `${name}_sum`, `${name}_count`]);
  assert.deepEqual(
    [...named].filter((name) => !known.includes(name)),
    [],
    "docs/metrics.md names metrics that do not exist",
  );
});
