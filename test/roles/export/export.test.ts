import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { watch } from "node:fs/promises";
import { join, relative } from "node:path";
import { suite, type TestContext, test } from "node:test";
import { encodeErasureRecord } from "../../../src/face/erasure-record.ts";
import { type FaceFacts, landmarksOf } from "../../../src/face/face.ts";
import { epochTag, newEpoch } from "../../../src/face/face-id.ts";
import { pillowMissing, python } from "../../face/pictures.ts";
import { smallPng } from "../../pipeline/faces.ts";
import { useCeph } from "../../sinks/s3/fixture.ts";
import { cephMissing } from "../../support/ceph.ts";
import { facepipe, startFacepipe } from "../../support/facepipe.ts";
import { emptyFolder } from "../../support/folder.ts";
import { noSmallDisk, smallDisk } from "../../support/small-disk.ts";
import { facesOf, numbers, objectsOf, type StoredObjects, writeTo } from "../audit/store.ts";

type Files = Readonly<Record<string, string>>;

/** The files of a data set by path, without its state. */
function filesOf(folder: string): Files {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) =>
    each.isFile(),
  );
  const paths = entries.map(({ parentPath, name }) => relative(folder, join(parentPath, name)));
  const own = paths.filter((path) => !path.startsWith(".facepipe-export"));
  return Object.fromEntries(own.sort().map((path) => [path, readFileSync(join(folder, path), "base64")]));
}

function stored(t: TestContext, ...stores: readonly StoredObjects[]): string {
  const folder = emptyFolder(t);
  writeTo(folder, ...stores);
  return folder;
}

async function exported(t: TestContext, from: string, ...args: readonly string[]) {
  const to = join(emptyFolder(t), "set");
  const { code, stdout, stderr } = await facepipe(t, ["export", "--from", from, "--to", to, ...args]);
  assert.equal(code, 0, stderr);
  return { to, stdout, files: filesOf(to) };
}

const landmarks = landmarksOf((_, nth) => ({ x: 10 + nth, y: 20 + nth }));
/** The picture has 2x2 pixels: each is ten pixels of the frame. */
const full: Partial<FaceFacts> = {
  box: { x: 10, y: 20, width: 10, height: 10 },
  crop: { x: 5, y: 20, width: 20, height: 20 },
  quality: 0.5,
  landmarks,
};

/** What Python prints as JSON. */
function inPython(program: string, code: string, ...args: readonly string[]) {
  return JSON.parse(
    execFileSync(program, ["-c", `import sys, json\n${code}`, ...args], { encoding: "utf8" }),
  );
}

/** A Python with pycocotools: FACEPIPE_TEST_PYTHON names it, if it is not the usual one. */
const cocoPython = [process.env["FACEPIPE_TEST_PYTHON"] ?? "", python].find((program) => {
  try {
    execFileSync(program, ["-c", "import pycocotools"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
});

test("coco: pycocotools reads images, boxes and keypoints, in pixels of the exported picture", {
  skip: cocoPython
    ? false
    : "needs pycocotools (pip install pycocotools; FACEPIPE_TEST_PYTHON names its python3)",
}, async (t) => {
  const folder = stored(t, facesOf(newEpoch(), [1, 2], { facts: full }), facesOf(newEpoch(), [1]));
  const { to } = await exported(t, folder, "--as", "coco");
  const code = `
from pycocotools.coco import COCO
import contextlib, io
with contextlib.redirect_stdout(io.StringIO()): coco = COCO(sys.argv[1])
out = []
for img in coco.loadImgs(sorted(coco.getImgIds(catIds=coco.getCatIds(catNms=["face"])))):
    for ann in coco.loadAnns(coco.getAnnIds(imgIds=img["id"])):
        out.append([img["file_name"], img["width"], img["height"], ann["bbox"], ann["num_keypoints"], ann["keypoints"][:6], int(coco.annToMask(ann).sum())])
print(json.dumps(out))`;
  const all = inPython(cocoPython ?? "", code, join(to, "annotations", "faces.json"));
  const names = Object.keys(filesOf(to)).filter((path) => path.endsWith(".png"));
  assert.deepEqual(all.map(([name]: [string]) => `images/${name}`).sort(), names);
  const [first, , last] = [...all].sort((a, b) => b[4] - a[4]);
  // (10, 20) is pixel 0.05, 0: its center is half a pixel of the frame from the edge.
  assert.deepEqual(first.slice(1, 5), [2, 2, [0.5, 0, 1, 1], 5]);
  const close = [10 - 5 + 0.5, 20 - 20 + 0.5].map((at) => at / 10 - 0.5);
  assert.ok(Math.abs(first[5][0] - (close[0] ?? 0)) < 1e-9 && Math.abs(first[5][1] - (close[1] ?? 0)) < 1e-9);
  assert.deepEqual([last[4], last[5]], [0, [0, 0, 0, 0, 0, 0]]);
});

test("csv: one table that Python reads; no cell is a formula, and every picture opens", {
  skip: pillowMissing() ?? false,
}, async (t) => {
  const cameras = ["=cmd|' /C calc'!A0", '+1,"quoted"', "@x", "\t=1", "Tür\u2028門", "line\r\nbreak", "-"];
  const folder = stored(t, ...cameras.map((camera) => facesOf(newEpoch(), [1], { camera, facts: full })));
  const { to } = await exported(t, folder, "--as", "csv");
  const code = `
import csv, os
from PIL import Image
rows = list(csv.DictReader(open(sys.argv[1] + "/faces.csv", newline="", encoding="utf-8"), strict=True))
for row in rows: Image.open(os.path.join(sys.argv[1], row["file"])).load()
print(json.dumps(rows))`;
  const rows = inPython(python, code, to);
  const names = rows.map(({ camera }: { camera: string }) => camera);
  const escaped = cameras.map((camera) => (/^[=+@\t-]/.test(camera) ? `'${camera}` : camera));
  assert.deepEqual([...names].sort(), escaped.sort());
  for (const row of rows) {
    for (const value of Object.values(row)) assert.doesNotMatch(String(value), /^[=+@\t\r]/);
    assert.deepEqual(
      [row.seq, row.quality, row.box_x, row.crop_width, row.picture_box_x, row.aligned, row.split],
      ["1", "0.5", "10", "20", "0.5", "false", ""],
    );
  }
  const text = readFileSync(join(to, "faces.csv"), "utf8");
  assert.equal(text.split("\r\n").length, cameras.length + 3, "one line for each, one for the line break");
});

test("folder: one of each visit, and whatever the names are, no file is elsewhere", async (t) => {
  const cameras = ["../../etc", "CON", "nul.txt", "a/b", "metadata.jsonl", "end.", "..", "x".repeat(300)];
  const stores = cameras.map((camera) => facesOf(newEpoch(), [1, 2], { camera }));
  const two = newEpoch();
  stores.push(
    facesOf(two, [1], { camera: "door", visit: "1" }),
    facesOf(two, [2, 3], { camera: "door", visit: "2" }),
  );
  const { files, to } = await exported(t, stored(t, ...stores), "--as", "folder");
  assert.deepEqual(readdirSync(join(to, "..")), ["set"]);
  const folders = new Set(Object.keys(files).map((path) => path.split("/").slice(0, -1).join("/")));
  assert.equal(folders.size, cameras.length + 3);
  assert.ok(folders.has(`door/${epochTag(two)}-1`) && folders.has(`door/${epochTag(two)}-2`));
  for (const each of folders)
    assert.doesNotMatch(each, /^(con|nul)(\.|\/)|\.\/|^\.|[\\:*?"<>|]|^metadata\.jsonl\//i);
  const lines = Buffer.from(files["metadata.jsonl"] ?? "", "base64")
    .toString()
    .trim()
    .split("\n");
  const faces = lines.map((line) => JSON.parse(line));
  assert.deepEqual(
    faces.map((face) => face.file_name).sort(),
    Object.keys(files).filter((path) => path.includes("/")),
  );
  assert.ok(cameras.every((camera) => faces.some((face) => face.camera === camera)));
});

test("what is passed over is counted: foreign, rejected, erased, doubled, of low quality, without landmarks", async (t) => {
  const [one, two] = [newEpoch(), newEpoch()];
  const good = facesOf(one, numbers([1, 4]), { facts: { quality: 0.9 } });
  const [first = ["", Buffer.alloc(0)] as const] = good;
  const erased = {
    v: 1,
    erasedAt: "2026-11-21T15:00:00.000Z",
    faces: [{ camera: "cam0", tag: epochTag(one), ranges: [[2, 2]] }],
  } as const;
  const folder = stored(
    t,
    good,
    facesOf(two, [1], { facts: { quality: 0.2 } }),
    objectsOf([smallPng(1)], "faces/door"),
    objectsOf(["no picture"]),
    new Map([
      [`copy/${first[0]}`, first[1]],
      ["erased/2026.json", encodeErasureRecord(erased)],
      ["README.txt", Buffer.from("mine")],
    ]),
  );
  const plain = await exported(t, folder, "--as", "csv", "--min-quality", "0.5");
  assert.equal(
    plain.stdout,
    `exported 3 faces; passed over: 2 foreign, 1 rejected, 1 recorded as erased, 1 a second object of a face, 1 below --min-quality to ${plain.to}\n`,
  );
  assert.equal(Object.keys(plain.files).filter((path) => path.endsWith(".png")).length, 3);
  const aligned = await exported(t, folder, "--as", "csv", "--align");
  assert.match(
    aligned.stdout,
    /^exported 0 faces; .*, 5 without landmarks, so that they cannot be aligned to /,
  );
  const other = await exported(t, folder, "--as", "csv", "--camera", "nobody");
  assert.match(other.stdout, /^exported 0 faces; passed over: 2 foreign, 1 rejected to /);
});

test("after kill -9 the same command continues, and the result is that of one run", async (t) => {
  const epochs = [newEpoch(), newEpoch(), newEpoch()];
  const folder = stored(t, ...epochs.map((epoch) => facesOf(epoch, numbers([1, 600]), { facts: full })));
  const options = ["--as", "coco", "--split", "60/20/20"];
  const to = emptyFolder(t);
  const args = ["export", "--from", folder, "--to", to, ...options];
  const program = startFacepipe(t, args);
  const list = join(to, ".facepipe-export");
  for await (const _ of watch(to)) break;
  for await (const { filename } of watch(list)) if (filename === "list") break;
  await program.kill();
  const { done, next } = JSON.parse(readFileSync(join(list, "progress.json"), "utf8"));
  assert.ok(!done && next < 1800, String(next));
  const early = filesOf(to);
  const again = await facepipe(t, args);
  assert.deepEqual([again.code, again.stdout], [0, `exported 1,800 faces to ${to}\n`]);
  const files = filesOf(to);
  assert.deepEqual(files, (await exported(t, folder, ...options)).files);
  for (const [path, content] of Object.entries(early))
    assert.equal(files[path], content, "no file was partial");
  const third = await facepipe(t, args);
  assert.match(third.stdout, /has this export already: 1,800 faces; to repeat it, remove the directory/);
});

test("a full disk is one sentence; with more space the same command continues", {
  skip: noSmallDisk,
}, async (t) => {
  const disk = smallDisk(t, "600k");
  if (disk === "") return;
  const folder = stored(t, facesOf(newEpoch(), numbers([1, 700])));
  const args = ["export", "--from", folder, "--to", join(disk, "set"), "--as", "csv"];
  const { code, stdout, stderr } = await facepipe(t, args);
  assert.deepEqual([code, stdout], [1, ""]);
  assert.match(
    stderr,
    /^.*cannot write .*: the disk is full \(ENOSPC\)\. Free some space\. Run the same command again: it continues\n$/,
  );
  execFileSync("mount", ["-o", "remount,size=20m", disk]);
  const again = await facepipe(t, args);
  assert.deepEqual(
    [again.code, again.stdout],
    [0, `exported 700 faces to ${join(disk, "set")}\n`],
    again.stderr,
  );
});

test("what is refused, before anything is written", async (t) => {
  const folder = stored(t, facesOf(newEpoch(), [1]));
  const used = stored(t, new Map([["mine.txt", Buffer.from("mine")]]));
  const { to } = await exported(t, folder, "--as", "csv");
  const absent = join(used, "absent");
  for (const [target, args, exitCode, sentence] of [
    [
      used,
      ["--as", "csv"],
      1,
      /is not empty, and no export of facepipe\. Choose another directory with --to$/,
    ],
    [to, ["--as", "coco"], 1, /has an export with other settings: .*"as":"csv"/],
    [join(folder, "set"), ["--as", "csv"], 3, /--to must be outside the directory of --from/],
    [absent, ["--as", "zip"], 3, /must be one of folder, coco, csv/],
    [absent, ["--as", "csv", "--split", "80/10"], 3, /percentages that add up to 100/],
    ["s3://bucket/x", ["--as", "csv"], 3, /must be a directory on this machine/],
    [absent, ["--as", "csv", "--after", "2026-11-22", "--before", "2026-11-21"], 3, /--after must be before/],
  ] as const) {
    const { code, stdout, stderr } = await facepipe(t, ["export", "--from", folder, "--to", target, ...args]);
    assert.deepEqual([code, stdout], [exitCode, ""], stderr);
    assert.match(stderr.trim(), sentence);
  }
  assert.deepEqual([Object.keys(filesOf(used)), Object.keys(filesOf(folder)).length], [["mine.txt"], 1]);
});

suite("export from a bucket", { skip: cephMissing() ?? false }, () => {
  const s3 = useCeph();

  test("a bucket gives the same data set as a directory", async (t) => {
    const { sink, bucket } = await s3.openSink(t);
    const faces = facesOf(newEpoch(), numbers([1, 30]), { facts: full });
    for (const [key, body] of faces)
      await sink.put({ key, body, contentType: "image/png", metadata: {} }, t.signal);
    const to = join(emptyFolder(t), "set");
    const args = ["export", "--from", `s3://${bucket}/site-a`, "--path-style", "--to", to, "--as", "folder"];
    const { code, stderr } = await facepipe(t, args, { env: s3.ceph.env });
    assert.equal(code, 0, stderr);
    assert.deepEqual(filesOf(to), (await exported(t, stored(t, faces), "--as", "folder")).files);
  });
});
