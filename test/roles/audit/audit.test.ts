import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { epochTag, newEpoch } from "../../../src/face/face-id.ts";
import { facepipe } from "../../support/facepipe.ts";
import { emptyFolder } from "../../support/folder.ts";
import { mosquittoMissing } from "../../support/mosquitto.ts";
import { publishFaces, roomyBroker, storeTo } from "../store/fixture.ts";
import { facesOf, messagesOf, numbers, objectsOf, recordOf, writeTo } from "./store.ts";

test("a complete store: one sentence for people, one document for programs, exit code 0", async (t) => {
  const folder = emptyFolder(t);
  const epoch = newEpoch();
  const dropped = [{ reason: "spool_full", ranges: [[5, 6]] as const }];
  writeTo(folder, facesOf(epoch, numbers([1, 4], [7, 10])), recordOf(epoch, 10, { dropped }));
  const people = await facepipe(t, ["audit", "--from", pathToFileURL(folder).href]);
  assert.deepEqual([people.code, people.stderr], [0, ""]);
  assert.equal(
    people.stdout,
    [
      "camera  epochs  stored  missing  doubled  dropped  erased",
      "cam0         1       8        0        0        2       0",
      "",
      "8 faces of 1 epoch: all there; 2 dropped by rule (spool_full)",
      "",
    ].join("\n"),
  );
  const programs = await facepipe(t, ["audit", "--from", folder, "--json"]);
  assert.equal(programs.code, 0);
  assert.deepEqual(JSON.parse(programs.stdout), {
    complete: true,
    missing: 0,
    doubled: 0,
    rejected: 0,
    foreign: 0,
    epochs: [
      {
        camera: "cam0",
        epoch,
        first: 1,
        last: 10,
        stored: 8,
        missing: [],
        dropped,
        erased: [],
        doubled: 0,
        ended: true,
      },
    ],
  });
});

test("missing and doubled faces, foreign and rejected objects, each epoch by itself; exit code 1", async (t) => {
  const folder = emptyFolder(t);
  const [ended, open, lost, silent] = [newEpoch(), newEpoch(), newEpoch(), newEpoch()];
  writeTo(
    folder,
    facesOf(ended, numbers([2, 4], [8, 9])),
    recordOf(ended, 12),
    facesOf(open, numbers([1, 3], [5, 5]), { camera: "Höf 門" }),
    // All faces are lost, or all dropped by a rule: the record alone says that there were some.
    recordOf(lost, 3),
    recordOf(silent, 2, { dropped: [{ reason: "expired", ranges: [[1, 2]] }] }),
    objectsOf(["no picture", "neither"]),
    new Map([["README.txt", Buffer.from("notes")]]),
  );
  // A copy, whatever its folder or name, is a second object of the same face.
  const day = join(folder, "cam0/2026/11/21");
  const [first = ""] = readdirSync(day);
  copyFileSync(join(day, first), join(day, `copy of ${first}`));
  mkdirSync(join(folder, "backup"));
  copyFileSync(join(day, first), join(folder, "backup", first));
  mkdirSync(join(folder, ".facepipe-tmp"));
  writeFileSync(join(folder, ".facepipe-tmp", "half"), "");
  const { code, stdout, stderr } = await facepipe(t, ["audit", "--from", folder, "--json"]);
  assert.equal(code, 1);
  assert.match(stderr, /^facepipe: file:.*: 11 faces are missing, 2 objects more than faces\. /);
  const { epochs, ...totals } = JSON.parse(stdout);
  assert.deepEqual(totals, { complete: false, missing: 11, doubled: 2, rejected: 2, foreign: 1 });
  const found = new Map(epochs.map((each: { epoch: string }) => [each.epoch, each]));
  const none = { first: 1, dropped: [], erased: [], doubled: 0, ended: true };
  const missing = [
    [1, 1],
    [5, 7],
    [10, 12],
  ];
  assert.deepEqual(found.get(ended), {
    ...none,
    camera: "cam0",
    epoch: ended,
    last: 12,
    stored: 5,
    missing,
    doubled: 2,
  });
  assert.deepEqual(found.get(lost), {
    ...none,
    camera: "cam0",
    epoch: lost,
    last: 3,
    stored: 0,
    missing: [[1, 3]],
  });
  assert.deepEqual(found.get(silent), {
    ...none,
    camera: "cam0",
    epoch: silent,
    last: 2,
    stored: 0,
    missing: [],
    dropped: [{ reason: "expired", ranges: [[1, 2]] }],
  });
  const tag = epochTag(open);
  const unended = { camera: "Höf_門", epoch: tag, last: 5, stored: 4, missing: [[4, 4]], ended: false };
  assert.deepEqual(found.get(tag), { ...none, ...unended });
  const people = await facepipe(t, ["audit", "--from", folder]);
  assert.match(
    people.stdout,
    new RegExp(`^cam0, epoch ${ended}: missing 1, 5-7, 10-12; 2 faces doubled$`, "m"),
  );
  assert.match(
    people.stdout,
    new RegExp(`^Höf_門, epoch ${tag} has no record of its end: faces after 5 are unknown$`, "m"),
  );
  assert.match(
    people.stdout,
    /^9 faces of 4 epochs: 11 missing, 2 doubled; 2 dropped by rule \(expired\); .*$/m,
  );
});

test("--camera audits one camera, by its name or its safe form; a misspelt one is an error", async (t) => {
  const folder = emptyFolder(t);
  const [mine, other] = [newEpoch(), newEpoch()];
  writeTo(folder, facesOf(mine, [1, 2], { camera: "Türe 1" }), recordOf(mine, 2, { camera: "Türe 1" }));
  writeTo(folder, facesOf(other, [2], { camera: "cam1" }));
  for (const camera of ["Türe 1", "Türe_1"]) {
    const { code, stdout } = await facepipe(t, ["audit", "--from", folder, "--camera", camera]);
    assert.equal(code, 0);
    assert.match(stdout, /^2 faces of 1 epoch: all there$/m);
  }
  const wrong = await facepipe(t, ["audit", "--from", folder, "--camera", "Ture"]);
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /neither a face nor a record of the camera Ture; it has Türe_1, cam1\. /);
});

test("--object-key reads the keys of another template, with or without a camera", async (t) => {
  for (const template of [
    "{epoch}/{seq}.{ext}",
    "all/{id}.{ext}",
    "{yyyy}/{detector}-{camera}/{seq}-{epoch}",
  ]) {
    const folder = emptyFolder(t);
    const [ended, open] = [newEpoch(), newEpoch()];
    writeTo(folder, facesOf(ended, [1, 3], { template }), recordOf(ended, 4));
    writeTo(folder, facesOf(open, [1, 2], { camera: "cam1", template }));
    const args = ["audit", "--from", folder, "--object-key", template, "--json"];
    const { epochs, foreign } = JSON.parse((await facepipe(t, args)).stdout);
    assert.equal(foreign, 0, template);
    const shown = epochs.map(({ camera, missing }: { camera: string; missing: unknown }) => [
      camera,
      missing,
    ]);
    const unknown = [template.includes("{camera}") ? "cam1" : "?", []];
    assert.deepEqual(
      new Map(shown),
      new Map([
        unknown,
        [
          "cam0",
          [
            [2, 2],
            [4, 4],
          ],
        ],
      ] as [string, unknown][]),
      template,
    );
  }
  const wrong = await facepipe(t, ["audit", "--from", "./x", "--object-key", "{camera}"]);
  assert.equal(wrong.code, 3);
});

test("a record that cannot be read is a warning, and its epoch has not ended", async (t) => {
  const folder = emptyFolder(t);
  const [broken, foreign] = [newEpoch(), newEpoch()];
  writeTo(folder, facesOf(broken, [1, 2]), facesOf(foreign, [1]));
  writeTo(folder, new Map([[`epochs/cam0/${broken}.json`, Buffer.from('{"v":1')]]));
  // The record of another epoch under this name.
  writeTo(
    folder,
    new Map([[`epochs/cam0/${foreign}.json`, Buffer.from([...recordOf(newEpoch(), 9).values()].join())]]),
  );
  const { code, stdout, stderr } = await facepipe(t, ["audit", "--from", folder, "--json"]);
  assert.equal(code, 0);
  assert.equal(stderr.match(/"event":"record_unreadable"/g)?.length, 2);
  const { epochs } = JSON.parse(stdout);
  assert.deepEqual(
    epochs.map(({ ended }: { ended: boolean }) => ended),
    [false, false],
  );
});

test("an absent directory and a file are errors, an empty one is complete", async (t) => {
  const folder = emptyFolder(t);
  const empty = await facepipe(t, ["audit", "--from", folder]);
  assert.deepEqual(
    [empty.code, empty.stdout],
    [0, `there is nothing below ${pathToFileURL(folder).href}: check --from\n`],
  );
  writeFileSync(join(folder, "file"), "");
  for (const [from, sentence] of [
    [join(folder, "absent"), /absent does not exist\. Check --from/],
    [join(folder, "file"), /file is not a directory\. Check --from/],
  ] as const) {
    const { code, stdout, stderr } = await facepipe(t, ["audit", "--from", from, "--json"]);
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(stderr, sentence);
  }
  assert.equal(readdirSync(folder).join(), "file");
});

test("what store has written is found", { skip: mosquittoMissing() ?? false }, async (t) => {
  const broker = await roomyBroker(t);
  const folder = emptyFolder(t);
  const program = await storeTo(t, broker, folder);
  await publishFaces(t, broker, [...messagesOf(newEpoch(), numbers([1, 20])), "no picture"]);
  await program.eventTimes("object_written", 22);
  await program.stop();
  const whole = await facepipe(t, ["audit", "--from", folder]);
  assert.equal(whole.code, 0);
  assert.match(whole.stdout, /^20 faces of 1 epoch: all there; 1 epoch not ended; 1 rejected payload$/m);
  const day = join(folder, "cam0/2026/11/21");
  const [name = ""] = readdirSync(day).sort();
  rmSync(join(day, name));
  const { code, stdout } = await facepipe(t, ["audit", "--from", folder, "--json"]);
  assert.deepEqual([code, JSON.parse(stdout).epochs[0].missing], [1, [[1, 1]]]);
});
