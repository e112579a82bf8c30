import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { encode as encodeJpeg } from "jpeg-js";
import { PNG } from "pngjs";
import { decode as decodeSixel } from "sixel";
import { styleFor } from "../../../src/base/terminal-style.ts";
import { decodePicture, scale } from "../../../src/roles/log/thumbnails/pixels.ts";
import { thumbnailsFor } from "../../../src/roles/log/thumbnails/thumbnails.ts";
import { faceMessages, smallPng } from "../../pipeline/faces.ts";
import { startFacepipe } from "../../support/facepipe.ts";
import { mosquittoMissing, startMosquitto } from "../../support/mosquitto.ts";
import { publishWithMosquitto } from "../../support/mosquitto-clients.ts";

const skip = mosquittoMissing() ?? false;
const esc = "\u001b";

/** A picture whose left half is red and whose right half is blue. */
function redAndBlue(width: number, height: number) {
  const data = Buffer.alloc(width * height * 4);
  for (let at = 0; at < data.length; at += 4)
    data.writeUInt32BE((at / 4) % width < width / 2 ? 0xff0000ff : 0x0000ffff, at);
  return { width, height, data };
}

function png(width: number, height: number): Buffer {
  const image = new PNG({ width, height });
  redAndBlue(width, height).data.copy(image.data);
  return PNG.sync.write(image);
}

test("PNG and JPEG of any shape are drawn in blocks that fit the terminal", () => {
  for (const [width, height, columns, rows] of [
    [64, 64, 16, 8],
    [1, 1, 16, 8],
    [2000, 20, 32, 1],
    [20, 2000, 1, 8],
    [112, 150, 12, 8],
  ] as const)
    for (const payload of [png(width, height), encodeJpeg(redAndBlue(width, height), 95).data]) {
      const draw = thumbnailsFor({ columns: 100 }, styleFor(24), "blocks");
      const lines = (draw?.(payload) ?? "").split("\n");
      const cells = lines.map((line) => line.split("▀").length - 1);
      assert.deepEqual(cells, new Array(rows).fill(columns), `${width}x${height}`);
    }
  const [first = ""] = thumbnailsFor({}, styleFor(24), "blocks")?.(png(64, 64))?.split("\n") ?? [];
  assert.ok(first.startsWith(`${esc}[38;2;255;0;0m${esc}[48;2;255;0;0m▀`), JSON.stringify(first));
  assert.ok(first.endsWith(`${esc}[38;2;0;0;255m${esc}[48;2;0;0;255m▀${esc}[49m${esc}[39m`));
  const narrow = thumbnailsFor({ columns: 6 }, styleFor(8), "blocks")?.(png(64, 64)) ?? "";
  for (const line of narrow.split("\n")) assert.equal(line.split("▀").length - 1, 5);
  assert.equal(thumbnailsFor({ columns: 80 }, styleFor(1), "blocks"), undefined, "without colors");
});

test("each pixel of a scaled picture is the mean of those that it covers", () => {
  const pixels = {
    width: 4,
    height: 2,
    data: Uint8Array.of(...[0, 100, 50, 250, 20, 40, 60, 80].flatMap(gray)),
  };
  const { data } = scale(pixels, 2, 1);
  assert.deepEqual(
    [...data],
    [[40], [110]].flatMap(([mean = 0]) => gray(mean)),
  );
  const clear = { width: 1, height: 1, data: Uint8Array.of(255, 255, 255, 0) };
  assert.deepEqual([...scale(clear, 1, 1).data], [0, 0, 0, 255]);
});

function gray(value: number): number[] {
  return [value, value, value, 255];
}

test("terminals that draw pictures get them in their own protocol", () => {
  const draw = (graphics: "kitty" | "iterm2" | "sixel", payload = png(64, 64)) =>
    (thumbnailsFor({ isTTY: true, columns: 80 }, styleFor(24), graphics)?.(payload) ?? "")
      .replaceAll(esc, "<ESC>")
      .replaceAll("\u0007", "<BEL>");
  const kitty = draw("kitty");
  const chunks = [...kitty.matchAll(/<ESC>_G([^;]*);([^<]*)<ESC>\\/g)];
  assert.equal(chunks.map(([whole]) => whole).join(""), kitty);
  assert.match(chunks[0]?.[1] ?? "", /^a=T,f=32,s=128,v=128,c=16,r=8,q=2,m=1$/);
  assert.match(chunks.at(-1)?.[1] ?? "", /^m=0$/);
  for (const [, , data = ""] of chunks) assert.ok(data.length <= 4096);
  const pixels = Buffer.from(chunks.map(([, , data]) => data).join(""), "base64");
  assert.equal(pixels.length, 128 * 128 * 4);
  assert.deepEqual([...pixels.subarray(0, 4)], [255, 0, 0, 255]);
  const [, base64 = ""] =
    /^<ESC>\]1337;File=inline=1;.*width=16;height=8.*:(.*)<BEL>$/.exec(draw("iterm2")) ?? [];
  assert.equal(PNG.sync.read(Buffer.from(base64, "base64")).width, 128);
  const image = new PNG({ width: 64, height: 64 });
  for (let at = 0; at < image.data.length; at += 4)
    image.data.writeUInt32BE((((at / 4) % 64) * 4 * 0x1000000 + 0x8000ff) >>> 0, at);
  const sixel = draw("sixel", PNG.sync.write(image));
  const [, body = ""] = /^<ESC>P[\d;]*q("1;1;128;128.*)<ESC>\\$/s.exec(sixel) ?? [];
  const { width, height, data32 } = decodeSixel(body);
  assert.deepEqual([width, height], [128, 128]);
  const [left = 0, right = 0] = [5, 122].map((x) => (data32[64 * 128 + x] ?? 0) & 0xff);
  assert.ok(left < 40 && right > 215, `red from ${left} to ${right}`);
});

test("what cannot be decoded, or has too many pixels, is not drawn", () => {
  const draw = thumbnailsFor({ columns: 80 }, styleFor(24), "blocks");
  const huge = png(2, 2);
  huge.writeUInt32BE(60_000, 16);
  huge.writeUInt32BE(60_000, 20);
  const jpeg = encodeJpeg(redAndBlue(16, 16), 90).data;
  const hugeJpeg = Buffer.from(jpeg);
  hugeJpeg.writeUInt32BE(0xffffffff, hugeJpeg.indexOf(Buffer.of(0xff, 0xc0)) + 5);
  const empty = png(2, 2);
  empty.writeUInt32BE(0, 16);
  for (const payload of [
    ...[huge, hugeJpeg, empty, Buffer.alloc(0), Buffer.of(0x89), Buffer.from("GIF89a"), Buffer.from("text")],
    png(8, 8).subarray(0, 40),
  ])
    assert.equal(draw?.(payload), undefined, payload.toString("latin1", 0, 8));
  assert.throws(() => decodePicture(huge), /3600000000 pixels/);
});

async function logOutput(t: TestContext, env: Readonly<Record<string, string>>, ...more: string[]) {
  const broker = await startMosquitto();
  t.after(() => broker.stop());
  const program = startFacepipe(t, ["log", "--broker", broker.url, "--thumbnails", ...more], { env });
  await program.event("connected");
  const [face = Buffer.alloc(0)] = faceMessages(1);
  await publishWithMosquitto(broker, "faces/odd", "no picture");
  await publishWithMosquitto(broker, "faces/someone", smallPng(9));
  await publishWithMosquitto(broker, "faces/cam0", face);
  await publishWithMosquitto(broker, "faces/end", "no picture either");
  await program.printed(/faces\/end/);
  await program.stop();
  return program;
}

test("log --thumbnails in a pipe: lines alone, or with FORCE_COLOR blocks below each face", {
  skip,
}, async (t) => {
  const plain = await logOutput(t, {});
  assert.ok(!plain.stdout.includes("▀") && !plain.stdout.includes(esc));
  assert.match(plain.stderr, /--thumbnails has no effect: standard output has neither pictures nor colors/);
  const colored = await logOutput(t, { FORCE_COLOR: "3" });
  const lines = colored.stdout.trim().split("\n");
  assert.deepEqual(
    lines.map((line) => (line.includes("▀") ? "▀" : (/(faces\/\w+|cam0)/.exec(line)?.[1] ?? line))),
    ["faces/odd", "faces/someone", ...new Array(8).fill("▀"), "cam0", ...new Array(8).fill("▀"), "faces/end"],
  );
});

test("--json and --thumbnails exclude each other", async (t) => {
  const program = startFacepipe(t, ["log", "--thumbnails", "--json"]);
  assert.equal((await program.ended).code, 3);
  assert.match(program.stderr, /--json and --thumbnails cannot both be set/);
});
