import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "yaml";
import { startFacepipe } from "../support/facepipe.ts";
import { emptyFolder } from "../support/folder.ts";
import { prometheusMissing, startPrometheus } from "../support/prometheus.ts";

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: Readonly<Record<"x" | "y" | "w" | "h", number>>;
  readonly fieldConfig?: { readonly defaults: { readonly unit: string } };
  readonly targets?: readonly { readonly expr: string }[];
}

const dashboard = JSON.parse(readFileSync("deploy/grafana/facepipe.json", "utf8"));
const panels: readonly Panel[] = dashboard.panels;
const alerts: readonly { readonly alert: string; readonly expr: string }[] = parse(
  readFileSync("deploy/prometheus/alerts.yaml", "utf8"),
).groups.flatMap(({ rules }: { readonly rules: unknown[] }) => rules);

/** As Grafana fills the variables in. */
const filledIn = (expression: string) =>
  expression.replaceAll("$__rate_interval", "1m").replaceAll("$camera", ".*");
const metricsIn = (text: string) => [...new Set(text.match(/\bfacepipe_\w+/g))];

test("Prometheus evaluates each panel and each alert on a real scrape, and each panel has data", {
  skip: prometheusMissing() ?? false,
}, async (t) => {
  const camera = [
    "--camera",
    "synthetic:faces=1",
    "--name",
    'Tür "1"',
    "--detector",
    "haar",
    "--emit",
    "all",
  ];
  const args = ["up", ...camera, "--to", emptyFolder(t), "--http", "127.0.0.1:0"];
  const program = startFacepipe(t, args);
  const url = new URL(await program.httpUrl());
  const prometheus = await startPrometheus(t, url.host);
  await prometheus.until("rate(facepipe_end_to_end_seconds_count[1m]) > 0 and facepipe_stored_total > 20");
  for (const { title, targets = [] } of panels)
    for (const { expr } of targets) {
      const samples = await prometheus.until(filledIn(expr));
      for (const { value } of samples)
        assert.ok(Number.isFinite(Number(value[1])), `${title}: ${expr} is ${value[1]}`);
    }
  const [frames] = await prometheus.query(
    filledIn(panels.find(({ id }) => id === 2)?.targets?.[0]?.expr ?? ""),
  );
  assert.equal(frames?.metric["camera"], 'Tür "1"');
  for (const { alert, expr } of alerts)
    assert.deepEqual(await prometheus.query(expr), [], `${alert} fires on a sound pipeline`);

  const names = new Set((await (await fetch(`${url.origin}/metrics`)).text()).match(/\bfacepipe_\w+/g));
  const used = [...panels.flatMap(({ targets = [] }) => targets), ...alerts].flatMap(({ expr }) =>
    metricsIn(expr),
  );
  assert.deepEqual(
    used.filter((name) => !names.has(name)),
    [],
  );
  assert.equal((await program.stop()).code, 0, program.stderr);
});

test("the panels have their five rows, one unit each, and do not overlap", () => {
  const rows = panels.filter(({ type }) => type === "row").map(({ title }) => title);
  assert.deepEqual(rows, ["Cameras", "Pipeline", "Proof", "Latency", "Spool"]);
  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
  const taken = new Set<string>();
  for (const { title, type, gridPos, fieldConfig } of panels) {
    if (type !== "row") assert.ok(fieldConfig?.defaults.unit, title);
    assert.ok(gridPos.x + gridPos.w <= 24, title);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        assert.ok(!taken.has(`${x},${y}`), `${title} overlaps another panel`);
        taken.add(`${x},${y}`);
      }
  }
});

test("docs/metrics.md lists the alerts", () => {
  const page = readFileSync("docs/metrics.md", "utf8");
  const listed = [...page.matchAll(/^\| `(Facepipe\w+)` \|/gm)].map(([, name]) => name);
  assert.deepEqual(
    listed,
    alerts.map(({ alert }) => alert),
  );
});
