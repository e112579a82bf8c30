import assert from "node:assert/strict";
import { test } from "node:test";
import { filterCovers, isLocalTopic, readTopicTemplate } from "../../src/mqtt/topics.ts";

test("a filter covers topics and filters as MQTT matches them", () => {
  const covered = [
    ["#", "a/b"],
    ["a/#", "a"],
    ["a/#", "a/b/c"],
    ["a/+", "a/"],
    ["+/+", "/a"],
    ["a/+/c", "a/b/c"],
    ["a/#", "a/#"],
    ["#", "a/#"],
    ["a/+/#", "a/+"],
    ["+/+/#", "facepipe/epochs/#"],
    ["$SYS/#", "$SYS/x"],
  ];
  const uncovered = [
    ["a", "a/b"],
    ["a/+", "a"],
    ["a/+", "a/#"],
    ["a/b", "a/+"],
    ["+", "/a"],
    ["#", "$SYS/x"],
    ["+/x", "$SYS/x"],
    ["a/b/#", "a/#"],
    ["faces/#", "facepipe/epochs/#"],
  ];
  for (const [filter = "", other = ""] of covered)
    assert.ok(filterCovers(filter, other), `${filter} ${other}`);
  for (const [filter = "", other = ""] of uncovered)
    assert.ok(!filterCovers(filter, other), `${filter} ${other}`);
});

test("a template does not make topics of our own", () => {
  const read = readTopicTemplate("topic");
  for (const template of [
    "facepipe/{topic}",
    "facepipe/stored/{topic}",
    "face{topic}",
    "facepipe/epochs/x",
    "facepipe",
    "f{topic}",
  ])
    assert.throws(() => read(template), { message: /^must not begin like facepipe\// }, template);
  for (const template of ["{topic}", "faces/{topic}", "facepipes/{topic}", "f", "site/facepipe/{topic}"])
    assert.equal(read(template), template);
});

test("presence, identity, receipts and the pause of cameras are local, faces and epoch records are not", () => {
  for (const topic of [
    "facepipe/status/x",
    "facepipe/broker",
    "facepipe/stored/faces/a",
    "facepipe/cameras/a/set",
  ])
    assert.ok(isLocalTopic(topic), topic);
  for (const topic of ["faces/a", "facepipe/epochs/a", "facepipe/brokers", "x/facepipe/stored/a"])
    assert.ok(!isLocalTopic(topic), topic);
});
