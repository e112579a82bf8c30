import { epochPrefix } from "../../face/epoch-record.ts";
import { receiptTopic } from "../../face/receipt.ts";
import { fillTopic, filterCovers, isLocalTopic, readTopicFilter } from "../../mqtt/topics.ts";
import { ChangedTopics } from "./changed-topics.ts";

const placeholder = "{topic}";

/** Maps topics at the source to topics at the target, and back. */
export class TopicMap {
  readonly #filter: string;
  readonly #template: string;
  /** What the template consists of beside its placeholders. */
  readonly #parts: readonly string[];
  readonly #changed = new ChangedTopics();

  /** `filter`: what is forwarded; `template`: --remote-topic. */
  constructor(filter: string, template: string) {
    this.#filter = filter;
    this.#template = template;
    this.#parts = template.split(placeholder);
  }

  /** Without a placeholder all messages have one topic at the target: it does not say where they came from. */
  get isReversible(): boolean {
    return this.#parts.length > 1;
  }

  /** The topic at the target. That of an epoch record keeps its prefix, by which store recognises it. */
  toTarget(topic: string): string {
    const target = topic.startsWith(epochPrefix)
      ? epochPrefix + this.#fill(topic.slice(epochPrefix.length))
      : this.#fill(topic);
    this.#changed.remember(topic, target);
    return target;
  }

  /** The topics at the source that what has `topic` at the target may have: of several, all but one are a mistake. */
  sourcesOf(topic: string): string[] {
    return [this.toSource(topic), this.#changed.find(topic)].filter((each) => each !== undefined);
  }

  /** The topic at the source of what is forwarded to `topic`; undefined when nothing is. */
  toSource(topic: string): string | undefined {
    if (topic.startsWith(epochPrefix)) {
      const rest = this.#reverse(topic.slice(epochPrefix.length));
      return rest === undefined ? undefined : epochPrefix + rest;
    }
    const reversed = this.#reverse(topic);
    if (reversed === undefined || isLocalTopic(reversed)) return undefined;
    return filterCovers(this.#filter, reversed) ? reversed : undefined;
  }

  /** Filters at the target for the receipts of what is forwarded; they may match others, too. */
  get receiptFilters(): readonly string[] {
    const faces = receiptTopic(this.#filterAtTarget(this.#filter));
    const epochs = receiptTopic(epochPrefix + this.#filterAtTarget("#"));
    return filterCovers(faces, epochs) ? [faces] : [faces, epochs];
  }

  #fill(topic: string): string {
    return fillTopic(this.#template, "topic", topic);
  }

  /** Each placeholder stands for the same text, so the length of the whole says how long that is. */
  #reverse(topic: string): string | undefined {
    const count = this.#parts.length - 1;
    const length = (topic.length - this.#parts.join("").length) / count;
    if (count === 0 || length < 1 || !Number.isInteger(length)) return undefined;
    const start = this.#parts[0]?.length ?? 0;
    const reversed = topic.slice(start, start + length);
    return this.#fill(reversed) === topic ? reversed : undefined;
  }

  #filterAtTarget(filter: string): string {
    try {
      return readTopicFilter(this.#fill(filter));
    } catch {
      return "#";
    }
  }
}
