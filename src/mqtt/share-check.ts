import { eventFields } from "../base/log-events.ts";
import type { Connection, ConnectionExtension } from "./connection.ts";
import type { Link } from "./link.ts";

/**
 * Watches whether a shared subscription delivers anything. MQTT 5 brokers that have none refuse it. MQTT 3.1.1 does not
 * know them: a broker without this extension accepts `$share/GROUP/FILTER` as a topic that nobody publishes to, and then
 * delivers nothing, silently. Others (Mosquitto) have it also for clients with 3.1.1, and nothing in the protocol tells
 * which it is: only a message that arrives.
 */
export class ShareCheck implements ConnectionExtension {
  readonly #connection: Connection;
  readonly #group: string | undefined;
  readonly #report: (isUnproven: boolean) => void;
  #isProven = false;
  #isWarned = false;

  /** `group`: absent if nothing is shared. `report` is called with true when it may be that nothing ever arrives. */
  constructor(connection: Connection, group: string | undefined, report: (isUnproven: boolean) => void) {
    this.#connection = connection;
    this.#group = group;
    this.#report = report;
  }

  connected({ version }: Pick<Link, "version">): void {
    const isUnproven = this.#group !== undefined && version === "3.1.1" && !this.#isProven;
    this.#report(isUnproven);
    if (!isUnproven || this.#isWarned) return;
    this.#isWarned = true;
    const { broker, log } = this.#connection.options;
    const what = `shared subscriptions are no part of MQTT 3.1.1, which ${broker.href} speaks with us`;
    const effect = `if it does not have them all the same, --share ${this.#group} receives nothing, without an error`;
    const remedy =
      "`facepipe broker-check --share GROUP` tells; omit --share and run one store, or use a broker with MQTT 5 (or Mosquitto)";
    log.warn(eventFields("broker_feature_missing"), `${what}: ${effect}. ${remedy}`);
  }

  /** Call it for each message of the subscription. */
  delivered(): void {
    if (this.#isProven || this.#group === undefined) return;
    this.#isProven = true;
    this.#report(false);
  }
}
