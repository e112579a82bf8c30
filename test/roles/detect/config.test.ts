import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { decodeMessage } from "../../../src/face/message.ts";
import { loadOpenCv } from "../../../src/vision/worker/opencv.ts";
import { Subscriber } from "../../pipeline/client.ts";
import { ConfigFolder } from "../../support/config.ts";
import { facepipe, startFacepipe } from "../../support/facepipe.ts";
import { mosquittoMissing, startMosquitto } from "../../support/mosquitto.ts";
import { freePort } from "../../support/ports.ts";

const skip = mosquittoMissing() ?? false;
const source = "synthetic:seconds=0.5,pace=off,size=320x240";
/** A face's picture of up to five times its width shows the corners of the frame. */
const whole = "margin: 200, color: true";

interface Corners {
  readonly upperLeft: boolean;
  readonly upperRight: boolean;
}

/** Which upper corners of the frame are black in a picture; `crop` is its rectangle in the frame. */
function blackCorners(
  picture: Buffer,
  crop: { readonly x: number; readonly y: number; readonly width: number },
): Corners {
  const mat = loadOpenCv().imdecode(picture);
  const data = mat.getData();
  const { cols } = mat;
  mat.release();
  const isBlack = (x: number) => {
    const at = (cols * (4 - crop.y) + x - crop.x) * 3;
    // JPEG is not exact.
    return [...data.subarray(at, at + 3)].every((value) => value < 12);
  };
  return { upperLeft: isBlack(crop.x + 4), upperRight: isBlack(crop.x + crop.width - 5) };
}

test("masks, formats and limits differ by camera, in the pictures that are published", {
  skip,
}, async (t) => {
  const broker = await startMosquitto({ maxQueued: 0 });
  t.after(() => broker.stop());
  const subscriber = await Subscriber.at(t, broker.url, "faces/#");
  const config = new ConfigFolder(t).write(`
broker: ${broker.url}
detect:
  detector: haar
  ${whole.replace(", ", "\n  ")}
  mask: ["0,0 1,0 1,0.1 0,0.1"]
  cameras:
    - { name: both, camera: "${source}" }
    - { name: none, camera: "${source}", mask: [], format: jpeg, limit: 3 }
    - { name: left, camera: "${source}", mask: ["0,0 0.5,0 0.5,0.1 0,0.1"], limit: 2 }
    - name: right
      camera: ${source}
      limit: 2
      mask: 0.5,0 1,0 1,0.1 0.5,0.1
`);
  const { code, stderr } = await facepipe(t, ["detect", "--config", config]);
  assert.equal(code, 0, stderr);
  const [, total = ""] = / (\d+) faces/.exec(stderr) ?? [];
  await subscriber.until(Number(total));
  const counts: Record<string, number> = {};
  const corners: Record<string, Corners> = {};
  const formats: Record<string, string> = {};
  for (const { payload } of subscriber.received) {
    const decoded = decodeMessage(payload as Buffer);
    assert.ok(decoded.kind === "face");
    const { camera, crop } = decoded.facts;
    assert.ok(crop && crop.y === 0, "the picture shows the upper edge of the frame");
    counts[camera] = (counts[camera] ?? 0) + 1;
    corners[camera] = blackCorners(payload as Buffer, crop);
    formats[camera] = (payload as Buffer)[0] === 0x89 ? "png" : "jpeg";
  }
  assert.deepEqual([counts["none"], counts["left"], counts["right"]], [3, 2, 2]);
  assert.ok((counts["both"] ?? 0) > 3, stderr);
  assert.deepEqual(corners, {
    both: { upperLeft: true, upperRight: true },
    none: { upperLeft: false, upperRight: false },
    left: { upperLeft: true, upperRight: false },
    right: { upperLeft: false, upperRight: true },
  });
  assert.deepEqual(formats, { both: "png", none: "jpeg", left: "png", right: "png" });
});

test("a live camera that has reached its own limit is no fault, and does not end the others", async (t) => {
  const config = new ConfigFolder(t).write(`
http: 127.0.0.1:0
detect:
  detector: haar
  dry-run: yes
  stall-timeout: 0.5
  cameras:
    - { name: short, camera: synthetic, limit: 2 }
    - { name: long, camera: synthetic, limit: 20, fps: 10 }
`);
  const program = startFacepipe(t, ["detect", "--config", config]);
  assert.equal((await program.ended).code, 0, program.stderr);
  const cameras = program.stdout
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line).camera);
  assert.equal(cameras.filter((camera) => camera === "short").length, 2);
  assert.equal(cameras.filter((camera) => camera === "long").length, 20);
  const total = await facepipe(t, ["detect", "--config", config, "--limit", "3"]);
  assert.equal(total.stdout.split("\n").length - 1, 3, "a flag beats the file, and counts all cameras");
});

test("--show-config prints what holds and where it comes from, starts nothing and shows no secret", async (t) => {
  const folder = new ConfigFolder(t);
  const config = folder.write(`
broker: mqtt://me:hunter2@127.0.0.1:${await freePort()}
detect:
  fps: 5
  cameras:
    - { name: door, camera: "rtsp://me:hunter2@door.local/stream?token=hunter2", mask: ["0,0 1,0 1,1"], fps: 7 }
    - camera: "gst:rtspsrc user-pw=hunter2 ! decodebin"
      align: true
`);
  const args = ["detect", "--config", config, "--show-config", "--username", "me", "--password", "hunter2"];
  const env = { FACEPIPE_EMIT: "best" };
  const { code, stdout, stderr } = await facepipe(t, args, { env });
  assert.deepEqual([code, stderr], [0, ""]);
  assert.doesNotMatch(stdout, /hunter2/);
  for (const row of [
    /^ {2}fps: 5 +# .*facepipe\.yaml:4$/m,
    /^ {2}emit: best +# FACEPIPE_EMIT$/m,
    /^ {2}username: me +# --username$/m,
    /^ {2}# password: \*\*\* +# --password, not shown$/m,
    /^ {2}qos: 1 +# default$/m,
    /^ {2}# threads: N +# default: 1 for yunet, all cores for haar$/m,
    /^ {4}- camera: rtsp:\/\/\*\*\*@door\.local\/stream\?token=\*\*\* +# .*facepipe\.yaml:6, a part is not shown$/m,
    /^ {6}fps: 7 +# .*facepipe\.yaml:6$/m,
    /^ {8}- 0,0 1,0 1,1 +# .*facepipe\.yaml:6$/m,
    /^ {4}- camera: gst:rtspsrc ! decodebin +# .*facepipe\.yaml:7, a part is not shown$/m,
    /^ {6}align: true +# .*facepipe\.yaml:8$/m,
  ])
    assert.match(stdout, row);
  // What it prints is a file that means the same.
  const again = folder.show(stdout, "detect");
  const values = (text: string) => text.replace(/ *# .*$/gm, "");
  assert.equal(values(again), values(stdout));
  for (const role of [
    "log",
    "up",
    "healthcheck",
    "broker-check",
    "camera-check",
    "erase --camera=x --from=./x",
  ]) {
    const top = folder.write("log-level: warn\ncameras: [{ camera: synthetic }]\n");
    const shown = await facepipe(t, [...role.split(" "), "--config", top, "--show-config"]);
    assert.equal(shown.code, 0, `${role}: ${shown.stderr}`);
    assert.match(shown.stdout, /^ {2}log-level: warn +# .*facepipe\.yaml:1$/m);
  }
});

test("the binary reports all faults of a file and ends with 3", async (t) => {
  const folder = new ConfigFolder(t);
  const config = folder.write("fps: x\ndetect:\n  emit: never\n");
  const { code, stderr } = await facepipe(t, ["detect", "--camera", "0"], {
    env: { FACEPIPE_CONFIG: config },
  });
  assert.equal(code, 3);
  assert.equal(
    stderr,
    `facepipe: 2 faults:\n  ${config}:1: fps "x": must be a number\n  ${config}:3: detect.emit "never": must be all, best or every:SECONDS\nfacepipe detect --help shows its options\n`,
  );
  const missing = await facepipe(t, ["log", "--config", join(folder.folder, "nowhere.yaml")]);
  assert.equal(missing.code, 3);
  assert.match(
    missing.stderr,
    /^facepipe: --config ".*nowhere\.yaml": cannot be read \(ENOENT\): no such file/,
  );
});
