import assert from "node:assert/strict";
import { test } from "node:test";
import { newEpoch } from "../../../src/face/face-id.ts";
import { readSplit, Splitter, type SplitUnit } from "../../../src/roles/export/split.ts";

const minute = 60_000;
const start = Date.parse("2026-11-21T00:00:00Z");

/** Three faces of each visit, 40 minutes apart: some visits cross midnight. */
function faces(visits: number) {
  const epoch = newEpoch();
  return Array.from({ length: visits * 3 }, (_, n) => ({
    camera: "door",
    epoch,
    visit: String(Math.floor(n / 3) + 1),
    capturedAt: new Date(start + n * 40 * minute).toISOString(),
  }));
}

for (const unit of ["visit", "day"] as const satisfies readonly SplitUnit[])
  test(`by ${unit}: a visit is on one side, each side has its share, and the same faces give the same sides`, () => {
    const split = () => new Splitter(readSplit("70/20/10"), unit);
    const all = faces(9000);
    const [one, two] = [split(), split()];
    const sides = new Map<string, string>();
    const byDay = new Map<string, Set<string | undefined>>();
    const count: Record<string, number> = {};
    for (const face of all) {
      const side = one.sideOf(face) ?? "";
      assert.equal(two.sideOf(face), side);
      assert.equal(sides.get(face.visit) ?? side, side);
      if (!sides.has(face.visit)) {
        const day = face.capturedAt.slice(0, 10);
        byDay.set(day, (byDay.get(day) ?? new Set()).add(side));
      }
      sides.set(face.visit, side);
      count[side] = (count[side] ?? 0) + 1;
    }
    if (unit === "day") for (const [day, found] of byDay) assert.equal(found.size, 1, day);
    for (const [name, share] of [
      ["train", 0.7],
      ["val", 0.2],
      ["test", 0.1],
    ] as const)
      assert.ok(Math.abs((count[name] ?? 0) / all.length - share) < 0.07, JSON.stringify(count));
  });

test("faces without a visit are divided by day; without --split there are no sides", () => {
  const splitter = new Splitter(readSplit("50/50"), "visit");
  const at = (time: string) =>
    splitter.sideOf({ camera: "door", epoch: newEpoch(), capturedAt: `2026-11-21T${time}.000Z` });
  assert.equal(new Set(["00:00:00", "12:00:00", "23:59:59"].map(at)).size, 1);
  assert.equal(
    new Splitter([], "visit").sideOf({ ...faces(1)[0], camera: "", epoch: "", capturedAt: "" }),
    undefined,
  );
});

test("a split is of two or three percentages that add up to 100", () => {
  assert.deepEqual(
    readSplit("80/20").map(({ name }) => name),
    ["train", "val"],
  );
  for (const text of ["", "100", "80/10", "50/50/0", "a/b", "25/25/25/25", "80/-10/30", "1e1/90"])
    assert.throws(() => readSplit(text), /must be percentages/, text);
});
