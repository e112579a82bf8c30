import assert from "node:assert/strict";
import { resolve } from "node:path";
import { test } from "node:test";
import { cameraName } from "../../src/vision/camera-name.ts";
import { pathOfFileUrl } from "../../src/vision/file-url.ts";
import { isCamera, isEndless, sourceKind } from "../../src/vision/source-kind.ts";

test("a file: URL names a file of this machine", () => {
  const paths = {
    "file:///data/a.mp4": "/data/a.mp4",
    "file:/data/a.mp4": "/data/a.mp4",
    "file://localhost/data/a.mp4": "/data/a.mp4",
    "FILE:///data/a.mp4": "/data/a.mp4",
    "file:///data/two%20words%25.mp4": "/data/two words%.mp4",
    "file:///data/what?%23 1.mp4": "/data/what?# 1.mp4",
    "file:///data/gr%C3%BC%C3%9Fe@home.mp4": "/data/grüße@home.mp4",
    "file:a.mp4": resolve("a.mp4"),
    "file:../a.mp4": resolve("../a.mp4"),
  };
  for (const [url, path] of Object.entries(paths)) {
    assert.equal(pathOfFileUrl(url), path, url);
    const kind = sourceKind(url);
    assert.deepEqual([kind.kind, isCamera(url), isEndless(url)], ["missing", false, false], url);
  }
  assert.equal(cameraName("file:///data/front%20entrance.mp4"), "front_entrance");
});

test("other text is no file: URL; one of another machine or without a file is refused", () => {
  for (const text of ["", "file", "file:", "./file:x", "files:x", "/file:/x", "rtsp://file:/x", "0"])
    assert.equal(pathOfFileUrl(text), undefined, text);
  for (const url of ["file://nas/a.mp4", "file://user@nas/a.mp4"])
    assert.throws(() => pathOfFileUrl(url), /a file of another machine/, url);
  assert.throws(() => pathOfFileUrl("file:///a%zz"), /a % that encodes nothing/);
  assert.throws(() => pathOfFileUrl("file://localhost"), /names no file/);
  assert.throws(() => pathOfFileUrl("file:///a%00b"), /names no file/);
});
