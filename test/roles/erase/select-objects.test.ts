import assert from "node:assert/strict";
import { test } from "node:test";
import { newEpoch } from "../../../src/face/face-id.ts";
import { keyReaderFor } from "../../../src/face/stored-key.ts";
import { selectObjects } from "../../../src/roles/erase/select-objects.ts";
import { defaultKey } from "../../../src/roles/store/options.ts";
import { FileStore } from "../../../src/sinks/file/file-store.ts";
import { emptyFolder } from "../../support/folder.ts";
import { facesOf, writeTo } from "../audit/store.ts";

test("an object that vanishes between listing and read does not match, and the others are selected", async (t) => {
  const folder = emptyFolder(t);
  const gone = [...facesOf(newEpoch(), [1, 2]).keys()];
  const faces = facesOf(newEpoch(), [1]);
  writeTo(folder, faces);
  const selection = { camera: [], visit: "1", id: [], after: undefined, before: undefined };
  const page = [...gone, ...faces.keys()].map((key) => ({ key, size: 1, modifiedAt: 0 }));
  const readers = { keyReader: keyReaderFor(defaultKey), store: new FileStore(folder), stop: t.signal };
  const selected = await selectObjects(page, selection, readers);
  assert.deepEqual(
    selected.map(({ key }) => key),
    [...faces.keys()],
  );
});
