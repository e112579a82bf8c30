import assert from "node:assert/strict";
import { test } from "node:test";
import { TopicVerdicts } from "../../src/roles/forward/topic-verdicts.ts";

test("a message is given up after three refusals over 3 s while another topic is accepted", () => {
  const verdicts = new TopicVerdicts();
  verdicts.accepted("a", 0);
  assert.equal(verdicts.refused("b", { count: 2, since: 0 }, 5000), false);
  assert.equal(verdicts.refused("b", { count: 3, since: 4000 }, 5000), false);
  assert.equal(verdicts.refused("b", { count: 3, since: 0 }, 5000), true);
  // From now on at the first refusal.
  assert.equal(verdicts.refused("b", { count: 1, since: 5001 }, 5001), true);
  verdicts.accepted("b", 6000);
  assert.equal(verdicts.refused("b", { count: 1, since: 6001 }, 6001), false);
});

test("while no other topic is accepted, nothing is given up", () => {
  const verdicts = new TopicVerdicts();
  const often = { count: 100, since: 1e6 + 1 };
  assert.equal(verdicts.refused("b", { count: 100, since: 0 }, 1e6), false);
  verdicts.accepted("b", 1e6);
  const now = 1e6 + 10_000;
  assert.equal(verdicts.refused("b", often, now), false);
  verdicts.accepted("a", now);
  assert.equal(verdicts.refused("b", often, now), true);
  verdicts.refused("a", { count: 1, since: now }, now);
  assert.equal(verdicts.refused("b", often, now), false);
  verdicts.accepted("a", 2e6);
  assert.equal(verdicts.refused("b", often, 2e6 + 61 * 60_000), false);
});

test("a message is given up when others of its topic were accepted since its first refusal", () => {
  const verdicts = new TopicVerdicts();
  assert.equal(verdicts.refused("a", { count: 1, since: 0 }, 0), false);
  verdicts.accepted("a", 1000);
  assert.equal(verdicts.refused("a", { count: 3, since: 0 }, 4000), true);
  assert.equal(verdicts.refused("a", { count: 1, since: 5000 }, 5000), false);
});

test("the number of topics is bounded", () => {
  const verdicts = new TopicVerdicts();
  verdicts.accepted("first", 0);
  for (let each = 0; each < 20_000; each++) verdicts.refused(`b${each}`, { count: 1, since: 0 }, 1);
  assert.equal(verdicts.refused("b", { count: 3, since: 0 }, 5000), false);
});
