import assert from "node:assert/strict";
import fc from "fast-check";
import { readSize } from "../../src/settings/size.ts";
import { cameraName } from "../../src/vision/camera-name.ts";
import { contains, parsePolygon } from "../../src/vision/polygon.ts";
import { cells, headLimits, parseSynthetic } from "../../src/vision/synthetic-spec.ts";
import { property } from "./property.ts";
import { anyText, record } from "./values.ts";

/** In thousandths: their decimals are exact enough for the sides to be told. */
const corner = record({ x: fc.nat(1000), y: fc.nat(1000) });
const fraction = (value: number) => String(value / 1000);
const polygonLike = fc.oneof(
  anyText,
  fc
    .array(
      fc.oneof(
        corner.map(({ x, y }) => `${fraction(x)},${fraction(y)}`),
        anyText,
      ),
      { maxLength: 6 },
    )
    .map((parts) => parts.join(" ")),
);
const number = fc.oneof(fc.integer({ min: -2, max: 9000 }).map(String), fc.double().map(String), anyText);
const pair = fc.oneof(
  fc
    .tuple(fc.constantFrom("faces", "fps", "seconds", "seed", "pace", "toString", ""), number)
    .map((parts) => parts.join("=")),
  fc
    .tuple(fc.integer({ min: 0, max: 9000 }), fc.integer({ min: 0, max: 9000 }))
    .map((size) => `size=${size.join("x")}`),
  anyText,
);
const sizeLike = fc.oneof(
  anyText,
  fc
    .tuple(
      number,
      fc.constantFrom("", " ", "  "),
      fc.constantFrom("B", "kB", "MiB", "tib", "gb", "x", "__proto__"),
    )
    .map((parts) => parts.join("")),
);

/** What `read` returns; undefined when it refuses with a sentence that names the fault. */
function accepted<T>(read: (text: string) => T, text: string): T | undefined {
  try {
    return read(text);
  } catch (error) {
    assert.match(String(error), /^Error: .*(must|unknown key|has no room)/s, String(error));
    return undefined;
  }
}

export const visionProperties = [
  property(
    "polygon: what was written is read",
    fc.array(corner, { minLength: 3, maxLength: 12 }),
    (corners) => {
      const text = corners.map(({ x, y }) => `${fraction(x)},${fraction(y)}`).join("  ");
      assert.deepEqual(
        parsePolygon(` ${text}\n`),
        corners.map(({ x, y }) => ({ x: x / 1000, y: y / 1000 })),
      );
    },
  ),
  property("polygon: any text is one within 0..1, or refused with a reason", polygonLike, (text) => {
    const read = accepted(parsePolygon, text);
    assert.ok(
      read === undefined ||
        (read.length >= 3 && read.flatMap(({ x, y }) => [x, y]).every((value) => value >= 0 && value <= 1)),
    );
  }),
  property(
    "polygon: a point is in a triangle when it is on the same side of each edge",
    fc.tuple(corner, corner, corner, corner),
    ([a, b, c, p]) => {
      const side = (from: typeof a, to: typeof a) =>
        Math.sign((to.x - from.x) * (p.y - from.y) - (to.y - from.y) * (p.x - from.x));
      const sides = [side(a, b), side(b, c), side(c, a)];
      // On an edge either answer is right.
      if (sides.includes(0)) return;
      assert.equal(contains([a, b, c], p), new Set(sides).size === 1);
    },
  ),
  property("size: any text is bytes or refused with a reason", sizeLike, (text) => {
    const bytes = accepted(readSize, text);
    assert.ok(bytes === undefined || (Number.isSafeInteger(bytes) && bytes >= 0));
  }),
  property(
    "size: units",
    fc.tuple(
      fc.nat(8000),
      fc.constantFrom<[string, number]>(["KB", 1e3], ["KiB", 1024], ["gb", 1e9], ["GiB", 2 ** 30]),
    ),
    ([count, [unit, factor]]) => {
      assert.equal(readSize(`${count} ${unit}`), count * factor);
    },
  ),
  property(
    "synthetic: any text is a scene within its limits, or refused with a reason",
    fc.array(pair, { maxLength: 4 }).map((pairs) => `synthetic:${pairs.join(",")}`),
    (text) => {
      const spec = accepted(parseSynthetic, text);
      if (!spec) return;
      const { columns, rows } = cells(spec);
      const { min, max } = headLimits(spec);
      assert.ok(
        columns * rows >= spec.faces &&
          (spec.faces === 0 || (min > 0 && min <= max && max <= Math.min(spec.width, spec.height))),
      );
      assert.ok(spec.fps > 0 && (spec.seconds ?? 1) > 0 && Number.isInteger(spec.seed));
    },
  ),
  property("camera name: one level of a topic, for any source", fc.oneof(anyText, fc.webUrl()), (text) => {
    assert.match(cameraName(text), /^[\p{L}\p{N}._-]{1,100}$/u);
  }),
];
