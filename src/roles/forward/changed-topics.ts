/** Topics that are remembered; those forwarded longest ago are forgotten first. */
const most = 1000;

/**
 * RabbitMQ delivers a dot in a topic as a slash and an asterisk as a plus, so what was published to `faces/10.0.0.1` has
 * its receipts at `facepipe/stored/faces/10/0/0/1`. This finds the topic that they are about.
 */
export class ChangedTopics {
  readonly #sources = new Map<string, string>();

  /** What has the topic `source` at the source was published to `target`. */
  remember(source: string, target: string): void {
    const changed = target.replaceAll(".", "/").replaceAll("*", "+");
    if (changed === target) return;
    this.#sources.delete(changed);
    this.#sources.set(changed, source);
    const [oldest] = this.#sources.keys();
    if (this.#sources.size > most && oldest !== undefined) this.#sources.delete(oldest);
  }

  /** The topic at the source of what may have been delivered as `topic`. */
  find(topic: string): string | undefined {
    return this.#sources.get(topic);
  }
}
