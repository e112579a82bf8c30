import assert from "node:assert/strict";
import { test } from "node:test";
import { TopicMap } from "../../../src/roles/forward/topic-map.ts";

test("a topic at the target leads back to the one at the source", () => {
  for (const [template, source, target] of [
    ["{topic}", "faces/cam0", "faces/cam0"],
    ["site-a/{topic}", "faces/cam0", "site-a/faces/cam0"],
    ["{topic}/site-a", "faces/cam0", "faces/cam0/site-a"],
    ["a/{topic}/b/{topic}", "faces/c", "a/faces/c/b/faces/c"],
    ["{topic}{topic}", "faces/c", "faces/cfaces/c"],
    ["s.(*)/{topic}", "faces/$&", "s.(*)/faces/$&"],
    ["site-a/{topic}", "facepipe/epochs/cam0", "facepipe/epochs/site-a/cam0"],
    ["{topic}/x/{topic}", "facepipe/epochs/cam0", "facepipe/epochs/cam0/x/cam0"],
  ] as const) {
    const topics = new TopicMap("faces/#", template);
    assert.equal(topics.toTarget(source), target, template);
    assert.equal(topics.toSource(target), source, template);
  }
});

test("topics of others lead nowhere", () => {
  for (const [filter, template, target] of [
    ["faces/#", "site-a/{topic}", "site-b/faces/cam0"],
    ["faces/#", "site-a/{topic}", "site-a/other/cam0"],
    ["faces/#", "site-a/{topic}", "site-a/"],
    ["faces/#", "{topic}/x/{topic}", "faces/a/x/faces/b"],
    ["faces/+", "{topic}", "faces/a/b"],
    ["#", "{topic}", "facepipe/stored/faces/a"],
    ["#", "{topic}", "facepipe/broker"],
    ["faces/#", "site-a/{topic}", "facepipe/epochs/site-b/cam0"],
    ["faces/#", "all", "all"],
  ] as const)
    assert.equal(new TopicMap(filter, template).toSource(target), undefined, `${template} ${target}`);
});

test("a topic that the broker changes, as RabbitMQ does, leads back to the one that was forwarded", () => {
  const topics = new TopicMap("faces/#", "site-1.2/{topic}");
  assert.deepEqual(topics.sourcesOf("site-1/2/faces/10/0/0/1"), []);
  for (const [source, changed] of [
    ["faces/10.0.0.1", "site-1/2/faces/10/0/0/1"],
    ["faces/a*", "site-1/2/faces/a+"],
    ["facepipe/epochs/10.0.0.1", "facepipe/epochs/site-1/2/10/0/0/1"],
  ] as const) {
    assert.deepEqual(topics.sourcesOf(topics.toTarget(source)), [source]);
    assert.deepEqual(topics.sourcesOf(changed), [source]);
  }
});

test("a topic that is another's changed one leads back to both, and only the last are remembered", () => {
  const topics = new TopicMap("faces/#", "{topic}");
  topics.toTarget("faces/a.b");
  assert.deepEqual(topics.sourcesOf("faces/a/b"), ["faces/a/b", "faces/a.b"]);
  for (let each = 0; each < 1000; each++) topics.toTarget(`faces/${each}.b`);
  assert.deepEqual(topics.sourcesOf("faces/a/b"), ["faces/a/b"]);
});

test("the filters for receipts are the narrowest that match all of them", () => {
  const filters = (filter: string, template: string) => new TopicMap(filter, template).receiptFilters;
  const epochs = "facepipe/stored/facepipe/epochs/";
  assert.deepEqual(filters("faces/#", "{topic}"), ["facepipe/stored/faces/#", `${epochs}#`]);
  assert.deepEqual(filters("faces/#", "site-a/{topic}"), [
    "facepipe/stored/site-a/faces/#",
    `${epochs}site-a/#`,
  ]);
  assert.deepEqual(filters("faces/+", "{topic}/x"), ["facepipe/stored/faces/+/x", `${epochs}#`]);
  // `#` must be last, and it matches the other, too.
  assert.deepEqual(filters("faces/#", "{topic}/x"), ["facepipe/stored/#"]);
  assert.deepEqual(filters("#", "{topic}"), ["facepipe/stored/#"]);
});
