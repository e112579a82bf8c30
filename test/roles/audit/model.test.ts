import assert from "node:assert/strict";
import { test } from "node:test";
import { NumberRanges } from "../../../src/base/number-ranges.ts";
import { epochTag, newEpoch } from "../../../src/face/face-id.ts";
import { auditReport } from "../../../src/roles/audit/report.ts";
import { Tally } from "../../../src/roles/audit/tally.ts";

/** Numbers that a seed determines (a linear congruential generator), so that a failure can be repeated. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const endedAt = "2026-11-21T15:00:00.000Z";
const rangesOf = (seqs: Iterable<number>) => {
  const ranges = new NumberRanges();
  for (const seq of seqs) ranges.add(seq);
  return ranges.toJSON();
};

test("any set of stored, dropped, erased and doubled faces is reported as a simple model has it", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = randomNumbers(seed);
    const tally = new Tally();
    const epoch = newEpoch();
    const last = random(seed % 3 === 0 ? 3000 : 30);
    const all = Array.from({ length: last }, (_, index) => index + 1);
    const some = (share: number) => new Set(all.filter(() => random(100) < share));
    const [stored, late, expired, erased] = [some(70), some(5), some(5), some(5)];
    const keys = [...stored, ...[...stored].filter(() => random(100) < 10)];
    // In the order of their hashes, as a directory lists them.
    keys.sort(() => random(3) - 1);
    const isEnded = random(2) === 0;
    // Some are known by the tag alone.
    for (const seq of keys) {
      const camera = random(3) === 0 ? undefined : "cam0";
      tally.addFace({ kind: "face", tag: epochTag(epoch), seq, camera });
    }
    tally.addErasure({
      v: 1,
      erasedAt: endedAt,
      faces: [{ camera: "cam0", tag: epochTag(epoch), ranges: rangesOf(erased) }],
    });
    const dropped = [
      { reason: "late", ranges: rangesOf(late) },
      { reason: "expired", ranges: rangesOf(expired) },
    ];
    if (isEnded) tally.addRecord({ v: 1, camera: "cam0", epoch, first: 1, last, dropped, endedAt });

    const known = isEnded ? last : Math.max(0, ...stored, ...erased);
    const isLost = (seq: number) =>
      !stored.has(seq) && !erased.has(seq) && !(isEnded && (late.has(seq) || expired.has(seq)));
    const missing = all.filter((seq) => seq <= known && isLost(seq));
    const unstored = (seqs: Iterable<number>) => rangesOf([...seqs].filter((seq) => !stored.has(seq)));
    const report = auditReport(tally.epochs(), { rejected: 0, foreign: 0 });
    const what = `seed ${seed}`;
    const doubled = keys.length - stored.size;
    assert.deepEqual([report.missing, report.doubled], [missing.length, doubled], what);
    assert.equal(report.complete, missing.length + doubled === 0, what);
    const [found] = report.epochs;
    assert.deepEqual(
      JSON.parse(JSON.stringify(found)),
      {
        camera: "cam0",
        epoch: isEnded ? epoch : epochTag(epoch),
        first: 1,
        last: known,
        stored: stored.size,
        missing: rangesOf(missing),
        dropped: isEnded
          ? dropped
              .map(({ reason }) => ({ reason, ranges: unstored(reason === "late" ? late : expired) }))
              .filter(({ ranges }) => ranges.length > 0)
          : [],
        erased: unstored(erased),
        doubled,
        ended: isEnded,
      },
      what,
    );
  }
});

test("two epochs with one tag are kept apart by camera", () => {
  const tally = new Tally();
  const tag = epochTag(newEpoch());
  for (const camera of ["a", "b"]) tally.addFace({ kind: "face", tag, seq: 1, camera });
  const { epochs, doubled } = auditReport(tally.epochs(), { rejected: 0, foreign: 0 });
  assert.deepEqual([epochs.map(({ camera }) => camera), doubled], [["a", "b"], 0]);
});
