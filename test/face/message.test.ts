import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { decodeMessage, encodeFace } from "../../src/face/message.ts";
import { decodedFacts, draw, facts, ffprobeMissing, pillow, pillowMissing } from "./pictures.ts";

const skip = pillowMissing() ?? false;
const pixels = "sys.stdout.buffer.write(im.convert('RGB').tobytes())";
const info = "print(json.dumps({k: str(v) for k, v in im.info.items()}))";

test("a PNG's facts are decoded again, and other readers find its texts and pixels", { skip }, () => {
  for (const [mode, options] of [
    ["L", ""],
    ["RGB", "optimize=True"],
    ["P", ""],
    ["I;16", ""],
  ] as const) {
    const picture =
      mode === "I;16"
        ? pillow("Image.new('I;16', (9, 9), 999).save(sys.stdout.buffer, 'PNG')")
        : draw("PNG", mode, options);
    const message = encodeFace(picture, "png", facts);
    const decoded = decodeMessage(message);
    assert.equal(decoded.kind, "face", mode);
    assert.deepEqual(decoded.kind === "face" && decoded.facts, decodedFacts);
    assert.deepEqual(pillow(pixels, message), pillow(pixels, picture), mode);
    const texts = JSON.parse(pillow(info, message).toString());
    assert.deepEqual(JSON.parse(texts.facepipe), facts);
    assert.equal(texts["Creation Time"], "Sat, 21 Nov 2026 14:03:22 GMT");
    assert.equal(texts.Software, "facepipe");
    assert.equal(texts.Source, "Höf Tür 門");
  }
});

test("a JPEG's facts are decoded again, and other readers find its comment and pixels", { skip }, () => {
  for (const options of [
    "",
    "progressive=True",
    "comment=b'by someone else'",
    "exif=Image.Exif().tobytes()",
  ]) {
    const picture = draw("JPEG", "RGB", options);
    const message = encodeFace(picture, "jpeg", facts);
    const decoded = decodeMessage(message);
    assert.deepEqual(decoded.kind === "face" && decoded.facts, decodedFacts, options);
    assert.deepEqual(pillow(pixels, message), pillow(pixels, picture));
    // JFIF's APP0 must come first (JFIF 1.02): SOI, APP0, then ours.
    assert.equal(message.toString("latin1", 0, 11), picture.toString("latin1", 0, 11));
    assert.equal(message.toString("latin1", 6, 10), "JFIF");
  }
  const comment = pillow(
    "sys.stdout.buffer.write(im.info['comment'])",
    encodeFace(draw("JPEG"), "jpeg", facts),
  );
  assert.equal(comment.toString(), `facepipe\0${JSON.stringify(facts)}`);
});

test("ffprobe opens both", { skip: skip || (ffprobeMissing() ?? false) }, (t) => {
  const folder = mkdtempSync(join(tmpdir(), "facepipe-face-"));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const format of ["png", "jpeg"] as const) {
    const file = join(folder, `face.${format}`);
    writeFileSync(file, encodeFace(draw(format.toUpperCase()), format, facts));
    const show = ["-v", "warning", "-show_entries", "stream=width,height", "-of", "csv=p=0", file];
    assert.equal(execFileSync("ffprobe", show, { encoding: "utf8" }), "40,30\n");
  }
});

test("a truncated picture is rejected", { skip }, () => {
  for (const format of ["png", "jpeg"] as const) {
    const message = encodeFace(draw(format.toUpperCase()), format, facts);
    for (let length = 0; length < message.length; length += length < 700 ? 1 : 100) {
      const decoded = decodeMessage(message.subarray(0, length));
      assert.equal(decoded.kind, "rejected", `${format} of ${length} bytes`);
    }
    assert.equal(decodeMessage(message.subarray(0, -1)).kind, "rejected");
  }
});

test("a PNG with one changed byte is rejected", { skip }, () => {
  const message = encodeFace(draw("PNG"), "png", facts);
  for (let at = 8; at < message.length; at += 7) {
    const broken = Buffer.from(message);
    broken[at] = (broken[at] ?? 0) ^ 0x20;
    assert.equal(decodeMessage(broken).kind, "rejected", `byte ${at}`);
  }
});

test("foreign pictures keep their format", { skip }, () => {
  const kinds = { PNG: "png", JPEG: "jpg", GIF: "gif", WEBP: "webp", BMP: "bmp", TIFF: "tiff" };
  for (const [format, extension] of Object.entries(kinds)) {
    const decoded = decodeMessage(draw(format));
    assert.ok(decoded.kind === "foreign", format);
    assert.equal(decoded.picture.extension, extension);
    assert.equal(decoded.picture.contentType, `image/${extension === "jpg" ? "jpeg" : extension}`);
  }
});

test("other texts are ignored: compressed, Latin-1, with other keywords", { skip }, () => {
  const json = JSON.stringify(JSON.stringify(facts));
  for (const add of [
    `add_itxt('facepipe', ${json}, zip=True)`,
    `add_text('facepipe', ${json}, zip=True)`,
    `add_text('facepipe', ${json}.encode('ascii', 'replace').decode())`,
    `add_itxt('facepipes', ${json})`,
    "add(b'iTXt', b'facepipe')",
    "add(b'iTXt', b'facepipe\\0\\0\\0de')",
    "add(b'zTXt', b'facepipe\\0\\0broken')",
  ]) {
    const save = `texts = PngImagePlugin.PngInfo()\ntexts.${add}\nim.save(sys.stdout.buffer, 'PNG', pnginfo=texts)`;
    assert.equal(decodeMessage(pillow(save, draw("PNG"))).kind, "foreign", add);
  }
});

test("any bytes are decoded without an exception", { skip }, () => {
  const starts = [
    draw("PNG").subarray(0, 60),
    draw("JPEG").subarray(0, 60),
    Buffer.from("GIF89a"),
    Buffer.alloc(0),
  ];
  let seed = 1;
  // A linear congruential generator (Numerical Recipes): the same bytes in every run.
  const byte = () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed >>> 24;
  };
  for (let run = 0; run < 4000; run++) {
    const start = starts[run % starts.length] ?? Buffer.alloc(0);
    const keep = start.subarray(0, byte() % (start.length + 1));
    const payload = Buffer.concat([keep, Buffer.from(Array.from({ length: byte() }, byte))]);
    const decoded = decodeMessage(payload);
    assert.notEqual(decoded.kind, "face");
    if (decoded.kind === "rejected")
      assert.match(decoded.reason, /^(the|a chunk of the) .*(payload|PNG|JPEG)/);
  }
  assert.deepEqual(decodeMessage(Buffer.alloc(0)), { kind: "rejected", reason: "the payload is empty" });
});
