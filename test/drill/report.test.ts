import assert from "node:assert/strict";
import { test } from "node:test";
import { reportDrill } from "../../bench/drill/report.ts";
import type { DrillResult } from "./drill.ts";
import type { Recovery } from "./recovery.ts";

function recovery(name: string, first: number | undefined, backlog: number | undefined): Recovery {
  return { name, begin: 0, end: 1000, first, backlog };
}

/** The cells of the rows of faults, by the fault's name. */
function faultRows(recoveries: readonly Recovery[]): Record<string, string[]> {
  const result: DrillResult = {
    seconds: 60,
    check: { counted: 1, stored: 1, lost: [], doubled: 0, dropped: {} },
    audit: { complete: true, missing: 0, doubled: 0 },
    recoveries,
    faces: [],
    resent: 0,
    dropped: {},
    unexpectedExits: {},
    catchUpSeconds: 1,
    drainSeconds: 1,
    failures: [],
  };
  const lines = reportDrill(result, []);
  const from = lines.findIndex((each) => each.startsWith("fault"));
  const rows = lines.slice(from + 1, lines.indexOf("", from)).map((each) => each.trim().split(/ {2,}/));
  return Object.fromEntries(rows.map(([name = "", ...cells]) => [name, cells]));
}

test("a row for each kind of fault, and one over the faults of all kinds", () => {
  const rows = faultRows([
    recovery("kill-store", 1, 2),
    recovery("kill-store", 3, undefined),
    recovery("uplink-cut", 7, undefined),
  ]);
  assert.deepEqual(rows, {
    "kill-store": ["2", "2.0", "3.0", "2", "hidden", "2.0", "1"],
    "uplink-cut": ["1", "7.0", "7.0", "1", "hidden", "-", "0"],
    all: ["3", "3.0", "7.0", "3", "hidden", "2.0", "1"],
  });
});

test("recoveries that were hidden make the median of the others no better", () => {
  const { all } = faultRows([
    recovery("kill-a", 1, 1),
    recovery("kill-b", 2, 2),
    recovery("kill-c", 3, undefined),
  ]);
  assert.deepEqual(all, ["3", "2.0", "3.0", "3", "2.0", "2.0", "2"]);
});
