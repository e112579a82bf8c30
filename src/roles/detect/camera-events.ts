import { describe } from "../../base/errors.ts";
import { eventFields } from "../../base/log-events.ts";
import type { FaceFacts } from "../../face/face.ts";
import { BestEffortPublisher } from "../../mqtt/best-effort-publisher.ts";
import type { Connection, ConnectionExtension } from "../../mqtt/connection.ts";
import type { Link } from "../../mqtt/link.ts";
import { eventPrefix, topicHint } from "../../mqtt/topics.ts";

/** Events published and not acknowledged; 500 more wait in memory. */
const window = 20;

/**
 * `--events`: publishes the facts of each face as JSON on `facepipe/events/CAMERA`, for those who read no pictures. An
 * event tells what happens now: one that cannot be sent, because there is no connection or the broker refuses it, is lost,
 * and its picture is not. Nobody waits for it.
 */
export class CameraEvents implements ConnectionExtension {
  readonly #connection: Connection;
  readonly #publisher: BestEffortPublisher;
  #hasWarned = false;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#publisher = new BestEffortPublisher(connection, window);
  }

  connected(link: Link): void {
    this.#publisher.connected(link);
  }

  publish(facts: FaceFacts): void {
    const topic = eventPrefix + facts.camera;
    const payload = Buffer.from(JSON.stringify(facts));
    const properties = { contentType: "application/json" };
    void this.#publisher.publish({ topic, payload, properties }).catch((error) => this.#warn(topic, error));
  }

  #warn(topic: string, error: unknown): void {
    const { log, broker } = this.#connection.options;
    const message = `--events has no effect: ${broker.href} does not allow this client to publish to ${topic}: ${describe(error)}`;
    log[this.#hasWarned ? "debug" : "warn"](
      eventFields("broker_feature_missing", error),
      message + topicHint(topic, "--name"),
    );
    this.#hasWarned = true;
  }
}
