import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { type TestContext, test } from "node:test";
import { onConnectionEnd } from "../../src/mqtt/connection-end.ts";
import { Isolation } from "../../src/mqtt/isolation.ts";
import type { Link } from "../../src/mqtt/link.ts";
import { Publisher } from "../../src/mqtt/publisher.ts";
import { startUnresponsiveBroker } from "../support/unresponsive-broker.ts";
import { brokerAt, never, WatchedConnection } from "./fixture.ts";

interface Simulated {
  readonly waiting: string[];
  /** Whether the broker answers a message, or the probe; otherwise it ends the connection after `delay` ms. */
  readonly answers: (message: string) => boolean;
  readonly delay?: number;
  readonly answerTime?: number;
  readonly isCounted?: boolean;
  readonly isExpected?: boolean;
  readonly links?: number;
}

/** Isolates the messages at a simulated broker; returns what became of them, and when. Times are milliseconds. */
function isolate({
  waiting: all,
  answers,
  delay = 1,
  answerTime = 1,
  isCounted = true,
  isExpected,
  links = 300,
}: Simulated) {
  const waiting = new Set(all);
  const [rejected, accepted]: [string[], string[]] = [[], []];
  let now = 0;
  let isolation = new Isolation(waiting, () => Boolean(isExpected));
  let link = 0;
  for (; link < links && waiting.size > 0; link++) {
    now += 200;
    if (isolation.isOver) isolation = new Isolation(waiting, () => Boolean(isExpected));
    isolation.connected(now);
    for (;;) {
      const step = isolation.isOver ? undefined : isolation.next(waiting, now);
      if (step === undefined) break;
      if (step.do === "wait") now += step.time;
      if (step.do === "wait") continue;
      if (step.do === "reject") {
        rejected.push(step.message);
        waiting.delete(step.message);
        continue;
      }
      if (step.do === "publish") isolation.published(step.message, now);
      const message = step.do === "publish" ? step.message : "probe";
      if (!answers(message)) {
        now += delay;
        break;
      }
      now += answerTime;
      if (step.do === "probe") isolation.probed();
      else {
        isolation.answered(message, false, now);
        accepted.push(message);
        waiting.delete(message);
      }
    }
    isolation.ended(now, isCounted);
  }
  return { rejected, accepted, now, links: link };
}

for (const count of [1, 3, 8, 20])
  test(`a broker that closes at every PUBLISH costs none of ${count} waiting messages`, () => {
    const waiting = Array.from({ length: count }, (_, each) => `a${each}`);
    assert.deepEqual(isolate({ waiting, answers: () => false }).rejected, []);
  });

for (const count of [2, 3, 8, 20])
  test(`an answered probe alone convicts none of ${count} messages, all of which end the connection`, () => {
    const waiting = Array.from({ length: count }, (_, each) => `a${each}`);
    assert.deepEqual(isolate({ waiting, answers: (message) => message === "probe" }).rejected, []);
  });

test("a message with none behind it is rejected when the broker answers the probe", () => {
  assert.deepEqual(isolate({ waiting: ["bad"], answers: (message) => message === "probe" }).rejected, [
    "bad",
  ]);
});

test("a message whose ends are not counted is never rejected, and the others pass", () => {
  const answers = (message: string) => message !== "bad";
  const { rejected, accepted } = isolate({ waiting: ["bad", "b", "c"], answers, isCounted: false });
  assert.deepEqual({ rejected, accepted }, { rejected: [], accepted: ["b", "c"] });
});

test("messages that end the connection are rejected one after the other, not in turns", () => {
  const waiting = Array.from({ length: 10 }, (_, each) => [`bad${each}`, `good${each}`]).flat();
  const answers = (message: string) => !message.startsWith("bad");
  const { rejected, accepted, links } = isolate({ waiting, answers });
  assert.equal(accepted.length, 10);
  assert.deepEqual(rejected.slice(0, 1), ["bad0"]);
  assert.equal(rejected.length, 10);
  assert.ok(links < 100, `${links} connections`);
});

test("a message that is expected to be rejected needs one end", () => {
  const answers = (message: string) => !message.startsWith("bad");
  const { rejected, links } = isolate({ waiting: ["bad1", "good", "bad2"], answers, isExpected: true });
  assert.deepEqual(rejected, ["bad1", "bad2"]);
  assert.equal(links, 3);
});

test("an expected message is kept in an outage", () => {
  assert.deepEqual(isolate({ waiting: ["a", "b"], answers: () => false, isExpected: true }).rejected, []);
});

test("a broker that takes a second to close holds no message for minutes", () => {
  const waiting = ["bad", ...Array.from({ length: 1000 }, (_, each) => `good${each}`)];
  const { rejected, now } = isolate({
    waiting,
    answers: (message) => message !== "bad",
    delay: 1000,
    answerTime: 50,
  });
  assert.deepEqual(rejected, ["bad"]);
  assert.ok(now < 75_000, `${now} ms`);
});

test("a DISCONNECT may be about a message unless its code says otherwise", () => {
  const mayBeMessage = (reasonCode: number) => {
    const client = new EventEmitter();
    let result: boolean | undefined;
    onConnectionEnd({ client } as unknown as Link, (may) => {
      result = may;
    });
    client.emit("disconnect", { reasonCode });
    client.emit("close");
    return result;
  };
  for (const code of [128, 131, 135, 144, 149, 150, 151, 152, 153]) assert.equal(mayBeMessage(code), true);
  for (const code of [137, 139, 141, 142, 147, 156, 160]) assert.equal(mayBeMessage(code), false);
});

test("a message that MQTT.js drops with its connection is no answer: it stays in flight", async (t: TestContext) => {
  const broker = await startUnresponsiveBroker(t);
  const connection = await WatchedConnection.make(
    t,
    brokerAt(Number(new URL(broker.url).port), { version: "3.1.1" }),
  );
  const publisher = connection.add(new Publisher(connection, 10));
  await connection.start(never);
  publisher.publish({ topic: "faces/a", payload: Buffer.from("x"), qos: 1 }).catch(() => undefined);
  await broker.stuck;
  const lost = connection.until(false);
  connection.link?.client.end(true);
  await lost;
  assert.match(publisher.interrupted()?.what ?? "", /to faces\/a/);
});
