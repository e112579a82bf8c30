// biome-ignore lint/suspicious/noExplicitAny: the state of the fake cloud is any JSON.
export type Any = any;

/** Handlers by `service command`; what they return is printed on stdout. */
// biome-ignore lint/suspicious/noConfusingVoidType: most commands print nothing, so their handlers return nothing.
export type Commands = Readonly<Record<string, (call: Call) => string | void>>;

/** A refusal by a service; the real command exits with 254. */
export class Refusal extends Error {}

/** One call of `aws`, with the cloud's state. */
export class Call {
  readonly args: readonly string[];
  readonly cloud: Any;

  constructor(args: readonly string[], cloud: Any) {
    this.args = args;
    this.cloud = cloud;
  }

  /** The values after an option. */
  values(name: string): readonly string[] {
    const from = this.args.indexOf(name) + 1;
    if (from === 0) return [];
    const to = this.args.findIndex((each, index) => index >= from && each.startsWith("--"));
    return this.args.slice(from, to < 0 ? undefined : to);
  }

  /** The value after an option, or "". */
  value(name: string): string {
    return this.values(name)[0] ?? "";
  }

  refuse(code: string, message: string): never {
    const command = this.args[1] ?? "";
    const operation = command.replace(/(^|-)(.)/g, (_all, _dash, letter: string) => letter.toUpperCase());
    throw new Refusal(`An error occurred (${code}) when calling the ${operation} operation: ${message}`);
  }

  needed(thing: Any, code: string, message: string): Any {
    return thing === undefined ? this.refuse(code, message) : thing;
  }
}

/** The value of the scripts' tag, as `--output text` prints it. */
export function tagOf(tags: Any): string {
  return tags?.facepipe ?? "None";
}

/** The scripts' tag, from the text of their option. */
export function tagsIn(text: string): { facepipe: string | undefined } {
  return { facepipe: /Key=facepipe,Value=([^}\]]+)/.exec(text)?.[1] };
}
