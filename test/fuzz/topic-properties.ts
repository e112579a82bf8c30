import assert from "node:assert/strict";
import fc from "fast-check";
import { epochPrefix } from "../../src/face/epoch-record.ts";
import {
  fillTopic,
  filterCovers,
  isLocalTopic,
  readShareName,
  readTopicFilter,
  readTopicTemplate,
} from "../../src/mqtt/topics.ts";
import { TopicMap } from "../../src/roles/forward/topic-map.ts";
import { property } from "./property.ts";
import { anyText } from "./values.ts";

const level = fc.oneof(
  fc.constantFrom(
    "a",
    "b",
    "",
    "faces",
    "cam0",
    "{topic}",
    "facepipe",
    "epochs",
    "stored",
    "status",
    "broker",
    "$SYS",
    "é",
  ),
  fc.string({ maxLength: 4, unit: fc.constantFrom(..."ab/{}$.é ") }),
);
const topic = fc.oneof(
  fc.array(level, { minLength: 1, maxLength: 4 }).map((levels) => levels.join("/")),
  fc.array(level, { minLength: 1, maxLength: 3 }).map((levels) => epochPrefix + levels.join("/")),
);
const filterLike = fc
  .tuple(
    fc.array(fc.oneof(level, fc.constantFrom("+", "#")), { minLength: 1, maxLength: 4 }),
    fc.constantFrom("", "/#"),
  )
  .map(([levels, end]) => levels.join("/") + end);
const filter = fc.oneof(fc.constantFrom("#", "faces/#", "+/#", "epochs/#"), filterLike);
const template = fc.oneof(
  fc.constantFrom(
    "{topic}",
    "site-a/{topic}",
    "{topic}/x",
    "{topic}/{topic}",
    "x/{topic}/{topic}y",
    "facepipe/{topic}",
    "f{topic}",
  ),
  fc.array(fc.oneof(level, fc.constant("{topic}")), { maxLength: 4 }).map((parts) => parts.join("")),
  fc.array(fc.oneof(level, fc.constant("{topic}")), { maxLength: 4 }).map((parts) => parts.join("/")),
);

/** The value that `read` returns; undefined for what it refuses with a sentence of its own. */
function accepted<T>(read: (text: string) => T, text: string): T | undefined {
  try {
    return read(text);
  } catch (error) {
    assert.match(String(error), /^Error: (must|may|has) /, String(error));
    return undefined;
  }
}

/** MQTT 5 section 4.7, as a regular expression. */
function matches(filter: string, topic: string): boolean {
  if (/^[#+]/.test(filter) && topic.startsWith("$")) return false;
  const source = filter
    .split("/")
    .map((part) =>
      part === "+" ? "[^/]*" : part === "#" ? ".*" : part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"),
    )
    .join("/")
    .replace(/\/\.\*$/, "(?:/.*)?");
  return new RegExp(`^${source}$`, "su").test(topic);
}

export const topicProperties = [
  property(
    "topic: what forward publishes is traced back to its topic",
    fc.tuple(filter, template, topic),
    ([filter, template, topic]) => {
      if (accepted(readTopicFilter, filter) === undefined) return;
      if (accepted(readTopicTemplate("topic"), template) === undefined) return;
      const map = new TopicMap(filter, template);
      const isForwarded = topic.startsWith(epochPrefix) ? topic !== epochPrefix : filterCovers(filter, topic);
      // No role publishes there; with a template such as {topic}/x its messages arrive among the records.
      const isAbove = epochPrefix.startsWith(`${topic}/`);
      if (topic === "" || isLocalTopic(topic) || isAbove || !isForwarded) return;
      const target = map.toTarget(topic);
      assert.equal(map.toSource(target), map.isReversible ? topic : undefined, target);
      assert.equal(
        target.startsWith(epochPrefix),
        map.isReversible ? topic.startsWith(epochPrefix) : target.startsWith(epochPrefix),
      );
      assert.ok(map.receiptFilters.every((each) => readTopicFilter(each) === each));
      if (map.isReversible)
        assert.ok(
          map.receiptFilters.some((each) => filterCovers(each, `facepipe/stored/${target}`)),
          target,
        );
    },
    3,
  ),
  property(
    "topic: any topic is traced to what would be published as it, or to none",
    fc.tuple(filter, template, fc.oneof(topic, anyText)),
    ([filter, template, topic]) => {
      if (accepted(readTopicTemplate("topic"), template) === undefined) return;
      const map = new TopicMap(filter, template);
      const source = map.toSource(topic);
      if (source !== undefined) assert.equal(map.toTarget(source), topic);
    },
    2,
  ),
  property("topic: a filter covers what MQTT says it matches", fc.tuple(filter, topic), ([filter, topic]) => {
    if (accepted(readTopicFilter, filter) === undefined || topic === "") return;
    assert.equal(filterCovers(filter, topic), matches(filter, topic));
  }),
  property(
    "topic: a filter that covers another matches all that the other matches",
    fc.tuple(filter, filter, topic),
    ([one, other, topic]) => {
      if (accepted(readTopicFilter, one) === undefined || accepted(readTopicFilter, other) === undefined)
        return;
      if (filterCovers(one, other) && matches(other, topic))
        assert.ok(matches(one, topic), `${one} ${other} ${topic}`);
    },
  ),
  property(
    "topic: any text is a filter, template and share name, or refused with a reason",
    anyText,
    (text) => {
      accepted(readTopicFilter, text);
      accepted(readShareName, text);
      if (accepted(readTopicTemplate("camera"), text) !== undefined) fillTopic(text, "camera", "$& cam0");
    },
  ),
];
