import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeMessage } from "../../../src/face/message.ts";
import { nameCameras } from "../../../src/roles/detect/unique-camera-names.ts";
import { Subscriber } from "../../pipeline/client.ts";
import { facepipe, startFacepipe } from "../../support/facepipe.ts";
import { emptyFolder } from "../../support/folder.ts";
import { untilMetrics } from "../../support/metrics.ts";
import { mosquittoMissing, startMosquitto } from "../../support/mosquitto.ts";
import { freePort } from "../../support/ports.ts";

const skip = mosquittoMissing() ?? false;
const first = "synthetic:seconds=1,seed=3,pace=off";
const second = "synthetic:seconds=1,seed=4,pace=off,faces=2";

const detect = (...args: readonly string[]) => ["detect", "--detector", "haar", ...args];
const lines = (stdout: string) =>
  stdout
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));

test("cameras are named after their sources, with different names", () => {
  const names = (sources: readonly string[], given: readonly string[] = []) =>
    nameCameras(
      sources.map((source, index) => ({ camera: [source], name: given.slice(index, index + 1) })),
    ).map(({ name }) => name);
  assert.deepEqual(names(["0", "rtsp://nvr/1", "rtsp://nvr/2", "nvr.mp4"]), [
    "cam0",
    "nvr",
    "nvr-2",
    "nvr-3",
  ]);
  assert.deepEqual(names(["0", "1"], ["entrance", "yard"]), ["entrance", "yard"]);
});

test("several cameras: each has its topic, and numbers its faces without gaps", { skip }, async (t) => {
  const broker = await startMosquitto({ maxQueued: 0 });
  t.after(() => broker.stop());
  const subscriber = await Subscriber.at(t, broker.url, "faces/#");
  const ended = await facepipe(t, detect("--broker", broker.url, "--camera", first, "--camera", second));
  assert.equal(ended.code, 0, ended.stderr);
  const [, total = ""] = /60 frames, (\d+) faces/.exec(ended.stderr) ?? [];
  await subscriber.until(Number(total));
  const facts = subscriber.received.map(({ topic, payload }) => {
    const decoded = decodeMessage(payload as Buffer);
    assert.ok(decoded.kind === "face");
    return { topic, ...decoded.facts };
  });
  for (const camera of ["synthetic", "synthetic-2"]) {
    const own = facts.filter((fact) => fact.camera === camera);
    assert.ok(own.length >= 28, `${own.length} faces of ${camera}`);
    assert.deepEqual(
      own.map(({ seq, topic }) => [seq, topic]),
      own.map((_, nth) => [nth + 1, `faces/${camera}`]),
    );
    assert.equal(new Set(own.map(({ epoch }) => epoch)).size, 1);
  }
  assert.equal(new Set(facts.map(({ epoch }) => epoch)).size, 2);
});

test("the variable has one camera per line; two names for one camera are wrong usage", async (t) => {
  const env = { FACEPIPE_CAMERA: `${first}\n${second}`, FACEPIPE_NAME: "entrance\nyard" };
  const { code, stdout } = await facepipe(t, detect("--dry-run", "--emit", "best"), { env });
  assert.equal(code, 0);
  assert.deepEqual(
    lines(stdout)
      .map(({ camera, visit }) => `${camera} ${visit}`)
      .sort(),
    ["entrance 1", "yard 1", "yard 2"],
  );
  const faults = [
    [["--camera", first, "--name", "a", "--name", "b"], /--name must be set as often as --camera/],
    [
      ["--camera", first, "--camera", second, "--name", "a", "--name", "a"],
      /two cameras cannot have the same name/,
    ],
    [["--camera", first, "--mask", "0,0 1,1"], /--mask "0,0 1,1": must have three corners/],
    [["--camera", first, "--emit", "every:0"], /--emit "every:0": must be all, best or every:SECONDS/],
  ] as const;
  for (const [args, fault] of faults) {
    const { code, stderr } = await facepipe(t, detect("--dry-run", ...args));
    assert.equal(code, 3, stderr);
    assert.match(stderr, fault);
  }
});

test("best and every:SECONDS send fewer faces, by the video's own time", async (t) => {
  const camera = ["--camera", "synthetic:seconds=4,faces=2,pace=off", "--dry-run"];
  const best = await facepipe(t, detect(...camera, "--emit", "best"));
  assert.deepEqual(
    lines(best.stdout)
      .map(({ visit }) => visit)
      .sort(),
    ["1", "2"],
  );
  const every = await facepipe(t, detect(...camera, "--emit", "every:1"));
  for (const visit of ["1", "2"]) {
    const own = lines(every.stdout).filter((line) => line.visit === visit);
    assert.ok(own.length === 4 || own.length === 5, `${own.length} faces in 4 s`);
    assert.equal(new Set(own.map(({ frame }) => Math.floor((frame - 1) / 30))).size, own.length);
  }
  const long = await facepipe(t, detect(...camera, "--emit", "best", "--max-visit", "2"));
  assert.ok(lines(long.stdout).every(({ frame }) => frame <= 60));
  assert.equal(lines(long.stdout).length, 2);
});

test("stopped, it sends the best shot so far of each open visit", async (t) => {
  const args = detect("--camera", "synthetic", "--dry-run", "--emit", "best", "--http", "127.0.0.1:0");
  const program = startFacepipe(t, args);
  await untilMetrics(await program.httpUrl(), /^facepipe_frames_total\{.*\} \d{2,}$/m);
  assert.equal(program.stdout, "");
  // The best shot is sent at the end of its visit, which is now.
  assert.equal((await program.stop()).code, 0);
  assert.equal(lines(program.stdout).length, 1);
});

test("one of several cameras that is unreachable does not stop the others", async (t) => {
  const away = `http://user:secret@127.0.0.1:${await freePort()}/video`;
  const cameras = ["--camera", away, "--name", "yard", "--camera", first, "--name", "entrance"];
  const program = startFacepipe(t, detect(...cameras, "--dry-run", "--limit", "20"));
  assert.equal((await program.ended).code, 0, program.stderr);
  assert.ok(lines(program.stdout).every(({ camera }) => camera === "entrance"));
  const [lost] = program.events("camera_lost", { camera: "yard", code: "CAMERA_UNREACHABLE" });
  assert.match(lost?.msg ?? "", /^lost the camera: .*cannot be reached/);
  assert.doesNotMatch(program.stderr, /secret/);
  const alone = await facepipe(t, detect("--camera", away, "--dry-run"));
  assert.equal(alone.code, 2);
});

test("without YuNet's model: --detector yunet downloads it or fails, auto uses the Haar cascade and logs that", async (t) => {
  const env = { XDG_CACHE_HOME: emptyFolder(t) };
  const options = ["--camera", first, "--dry-run", "--limit", "1"];
  const auto = await facepipe(t, ["detect", ...options], { env });
  assert.equal(auto.code, 0);
  assert.match(auto.stderr, /YuNet's model is not installed: using the Haar cascade/);
  const nowhere = `http://127.0.0.1:${await freePort()}/yunet.onnx`;
  const named = await facepipe(t, ["detect", ...options, "--detector", "yunet", "--model-url", nowhere], {
    env,
  });
  assert.equal(named.code, 2, named.stderr);
  assert.match(named.stderr, /facepipe: cannot download the face model: .*--model FILE/);
  const missing = await facepipe(t, ["detect", ...options, "--model", "/nowhere/yunet.onnx"], { env });
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, /the model \/nowhere\/yunet\.onnx cannot be read/);
});
