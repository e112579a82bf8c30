import { randomUUID } from "node:crypto";
import { deferred } from "../../base/deferred.ts";
import type { ErrorCode } from "../../base/error-codes.ts";
import { UserError } from "../../base/errors.ts";
import type { Finding } from "../../base/steps/step.ts";
import { within } from "../../base/time.ts";
import type { Broker } from "../broker.ts";
import type { Link } from "../link.ts";
import type { Qos } from "../message.ts";
import { codeMeaning, isTransientCode, reasonCode, remedyFor } from "../mqtt-errors.ts";
import { sharedFilter, topicHint } from "../topics.ts";
import { probePayload } from "./message.ts";

/** A broker need not keep the probe longer than this for a durable session that is disconnected, seconds. */
const expiry = 60;
const subscriptionRefused = "BROKER_SUBSCRIPTION_REFUSED";
const publishRefused = "BROKER_PUBLISH_REFUSED";
const unsuitable = "BROKER_UNSUITABLE";
const accessRules = "Allow this user to write and read there; the broker's log may say more";

/** Subscribes and sends itself messages over one link; every failure is a UserError that names the broker. */
export class ProbeSession {
  readonly #link: Link;
  readonly #href: string;
  /** Longest wait for each answer, milliseconds. */
  readonly #timeout: number;
  #disconnectCode: number | undefined;
  readonly #closed: Promise<never>;

  constructor(link: Link, broker: Broker, timeout: number) {
    this.#link = link;
    this.#href = broker.href;
    this.#timeout = timeout;
    link.client.on("disconnect", ({ reasonCode }) => (this.#disconnectCode = reasonCode));
    this.#closed = new Promise((_, reject) => link.client.once("close", () => reject(new Closed())));
    this.#closed.catch(() => undefined);
  }

  get isOpen(): boolean {
    return this.#link.client.connected;
  }

  /** Asks for the highest QoS that the broker announced; `qos` is needed. */
  async subscribe(filter: string, qos: Qos): Promise<Finding> {
    const { client, version } = this.#link;
    // The check has no use for retained messages (MQTT 5 section 3.8.3.1).
    const options = { qos: this.#maximumQos, ...(version === "5" ? { rh: 2 } : {}) };
    const what = `the subscription to ${filter}`;
    const answer = await this.#answer(
      client.subscribeAsync(filter, options),
      subscriptionRefused,
      what,
      filter,
    );
    if (answer === undefined) throw this.#noAnswer(`did not answer ${what}`);
    const grantedQos = answer[0]?.qos ?? options.qos;
    if (grantedQos < qos) {
      const message = `the broker ${this.#href} granted QoS ${grantedQos} for ${filter} where ${qos} is needed`;
      throw new UserError(unsuitable, message, `Allow QoS ${qos} there, or use --qos ${grantedQos}`);
    }
    return { detail: `${filter}, granted QoS ${grantedQos}`, facts: { filter, grantedQos } };
  }

  /**
   * Subscribes as a member of a group of its own, since it would take messages from the members of `group`, and sends
   * itself a message; before `subscribe`.
   */
  async shared(filter: string, group: string, topic: string): Promise<Finding> {
    const { client } = this.#link;
    const shared = sharedFilter(`${group}-check-${randomUUID()}`, filter);
    const what = `the shared subscription to ${filter}`;
    const subscribed = client.subscribeAsync(shared, { qos: 1 });
    if (!(await this.#answer(subscribed, subscriptionRefused, what, filter)))
      throw this.#noAnswer(`did not answer ${what}`);
    const deliversNothing = (): UserError => {
      const message = `the broker ${this.#href} accepted ${what} and delivers nothing to it`;
      return new UserError(unsuitable, message, "Omit --share and run one store, or use another broker");
    };
    await this.roundTrip(topic, 1, deliversNothing);
    await this.#answer(client.unsubscribeAsync(shared), subscriptionRefused, what, filter);
    return { detail: `${what} delivers`, facts: { filter } };
  }

  /** `notDelivered`: the failure if the broker acknowledges the message and it does not return. */
  async roundTrip(topic: string, qos: Qos, notDelivered?: () => UserError): Promise<Finding> {
    const { client, version } = this.#link;
    // Publishing with a higher one is a protocol error [MQTT-3.2.2-11].
    if (qos > this.#maximumQos) {
      const message = `the broker ${this.#href} allows QoS ${this.#maximumQos} at most`;
      throw new UserError(unsuitable, message, `Use --qos ${this.#maximumQos}`);
    }
    const payload = probePayload(randomUUID());
    const delivered = deferred<{ readonly qos: Qos; readonly topic: string }>();
    const onMessage = (_topic: string, received: Buffer, packet: { qos: Qos; topic: string }) => {
      if (received.equals(payload)) delivered.resolve(packet);
    };
    let isAcknowledged = false;
    const properties = version === "5" ? { properties: { messageExpiryInterval: expiry } } : {};
    const acknowledged = client.publishAsync(topic, payload, { qos, ...properties }).then(() => {
      isAcknowledged = true;
    });
    client.on("message", onMessage);
    const what = `a message to ${topic} with QoS ${qos}`;
    const both = Promise.all([delivered.promise, acknowledged]);
    const answer = await this.#answer(both, publishRefused, what, topic, qos);
    client.off("message", onMessage);
    if (answer === undefined && isAcknowledged && notDelivered) throw notDelivered();
    if (answer === undefined) throw this.#notDelivered(what, qos, isAcknowledged);
    const [{ qos: deliveredQos, topic: deliveredTopic }] = answer;
    if (deliveredQos < qos) throw new UserError(unsuitable, `${what} was delivered with QoS ${deliveredQos}`);
    if (deliveredTopic !== topic) {
      const message = `${what} was delivered as one to ${deliveredTopic}, so that receipts would not find their way`;
      throw new UserError(unsuitable, message, `Use other names${topicHint(topic, "--name and --topic")}`);
    }
    return { detail: `there and back on ${topic}`, facts: { topic } };
  }

  close(): void {
    this.#link.client.end(true);
  }

  get #maximumQos(): Qos {
    return (this.#link.announced.maximumQoS ?? 2) as Qos;
  }

  #noAnswer(happened: string): UserError {
    const message = `the broker ${this.#href} ${happened}`;
    return new UserError("BROKER_NO_ANSWER", message, "The broker's log may say why");
  }

  #notDelivered(what: string, qos: Qos, isAcknowledged: boolean): UserError {
    const after = `within ${this.#timeout / 1000} s`;
    if (!isAcknowledged) return this.#noAnswer(`did not acknowledge ${what} ${after}`);
    // MQTT 5 refuses a forbidden message of QoS 1 and 2; all others vanish.
    const forbidden = this.#link.version === "5" && qos > 0 ? "to read" : "to write or to read";
    const why = `the access rules (ACL) of the broker ${this.#href} may forbid this user ${forbidden} there`;
    const message = `${what} was published, but nothing came back ${after}: ${why}`;
    return new UserError(publishRefused, message, accessRules);
  }

  /** The answer, or undefined when none came in time. */
  async #answer<T>(
    work: Promise<T>,
    code: ErrorCode,
    what: string,
    topic: string,
    qos: Qos = 0,
  ): Promise<T | undefined> {
    try {
      return await within(this.#timeout, Promise.race([work, this.#closed]), undefined);
    } catch (error) {
      const isClosed = error instanceof Closed;
      const mqttCode = isClosed ? this.#disconnectCode : reasonCode(error);
      if (mqttCode === undefined && !isClosed) throw error;
      const verb = isClosed ? "closed the connection after" : "refused";
      const hint = topicHint(topic, "--name and --topic");
      throw this.#refusal(code, `the broker ${this.#href} ${verb} ${what}`, mqttCode, error, { qos, hint });
    }
  }

  #refusal(
    code: ErrorCode,
    happened: string,
    mqttCode: number | undefined,
    cause: unknown,
    { qos, hint }: { readonly qos: Qos; readonly hint: string },
  ): UserError {
    // MQTT 3.1.1 has no reasons: a forbidden subscription is 128, a forbidden message a closed connection.
    const isSilent = mqttCode === undefined || (mqttCode === 128 && this.#link.version === "3.1.1");
    if (isSilent) {
      const alternative = qos === 2 ? "it may not support QoS 2, or " : "";
      const message = `${happened}: ${alternative}its access rules (ACL) may forbid it`;
      return new UserError(code, message, accessRules + hint, cause);
    }
    const isTransient = isTransientCode(mqttCode) && mqttCode !== 128;
    const message = `${happened}: ${codeMeaning(mqttCode)}`;
    return new UserError(isTransient ? "BROKER_BUSY" : code, message, remedyFor(mqttCode), cause);
  }
}

class Closed extends Error {}
