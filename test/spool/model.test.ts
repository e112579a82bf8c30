import assert from "node:assert/strict";
import { test } from "node:test";
import type { SpooledFace, SpoolFull } from "../../src/spool/types.ts";
import { emptyFolder } from "../support/folder.ts";
import { Camera, type Opened, openSpool, picture, sizeOnDisk } from "./fixture.ts";
import { Random } from "./random.ts";

/** What a face must be by now, by epoch and number. */
type Model = Map<string, "live" | "done" | "dropped">;

for (const [seed, full, maxBytes] of [
  [1, "oldest", 300_000],
  [2, "redundant", 300_000],
  [3, "oldest", 2_000_000],
  [4, "redundant", 1_000_000],
] as const satisfies readonly (readonly [number, SpoolFull, number])[]) {
  test(`random operations agree with a model (${full}, ${maxBytes} bytes, seed ${seed})`, async (t) => {
    const directory = emptyFolder(t);
    const random = new Random(seed);
    const model: Model = new Map();
    const key = ({ epoch, seq }: Pick<SpooledFace, "epoch" | "seq">) => `${epoch}/${seq}`;
    const sizes = new Map<string, number>();
    const onDropped = (faces: readonly SpooledFace[]) => {
      for (const face of faces) model.set(key(face), "dropped");
    };
    const open = (): Promise<Opened> => openSpool(t, directory, { full, maxBytes, onDropped });
    let { spool, troubles, corrupt } = await open();
    let camera = new Camera(spool);

    const verify = async () => {
      const live = [...spool.oldest];
      const expected = [...model].filter(([, state]) => state === "live").map(([name]) => name);
      assert.deepEqual(live.map(key).sort(), expected.sort());
      for (const face of live)
        assert.deepEqual(await spool.read(face), picture(face.seq, sizes.get(key(face))));
      for (const { epoch, last, dropped } of spool.epochs)
        for (let seq = 1; seq <= last; seq++) {
          const isDropped = [...dropped.values()].some((ranges) => ranges.has(seq));
          assert.equal(isDropped, model.get(key({ epoch, seq })) === "dropped", `${seq} of ${epoch}`);
        }
      assert.deepEqual([troubles, corrupt], [[], []]);
    };

    for (let step = 0; step < 400; step++) {
      const action = random.next();
      const live = [...spool.oldest];
      const face = random.pick(live);
      if (action < 0.6) {
        const count = 1 + random.below(8);
        const added = Array.from({ length: count }, async () => {
          const size = 200 + random.below(12_000);
          const seq = [...model.keys()].filter((name) => name.startsWith(camera.epoch)).length + 1;
          const name = key({ epoch: camera.epoch, seq });
          model.set(name, "live");
          sizes.set(name, size);
          const facts = { visit: String(random.below(30)), quality: random.next() };
          await camera.append(picture(seq, size), facts);
        });
        await Promise.all(added);
      } else if (action < 0.75) {
        for (const each of live.slice(0, random.below(20))) {
          model.set(key(each), "done");
          spool.remove(each);
        }
      } else if (action < 0.8 && face) {
        model.set(key(face), "dropped");
        spool.drop(face, "too_large");
      } else if (action < 0.85 && face) {
        const size = Math.ceil(face.bytes / 2);
        sizes.set(key(face), size);
        await spool.replace(face, picture(face.seq, size));
      } else if (action < 0.9 && face) face.inFlight = true;
      else if (action < 0.93) {
        spool.endEpoch(camera.epoch, "2026-01-01T00:00:00Z");
        camera = new Camera(spool, random.pick(["one", "two"]));
      } else if (action < 0.96) {
        await spool.close();
        ({ spool, troubles, corrupt } = await open());
        await verify();
        spool.endEpoch(camera.epoch, "2026-01-01T00:00:00Z");
        camera = new Camera(spool);
      } else await spool.flush();
      assert.ok(sizeOnDisk(directory) <= maxBytes, `${sizeOnDisk(directory)} bytes`);
      assert.equal(spool.faces, [...model.values()].filter((state) => state === "live").length);
    }
    await spool.flush();
    await verify();
    await spool.close();
    ({ spool, troubles, corrupt } = await open());
    await verify();
    assert.ok([...model.values()].includes("dropped"));
  });
}
