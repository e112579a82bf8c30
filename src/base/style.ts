import { Chalk } from "chalk";

/** Colours and weights for text that a person reads on a terminal; chalk is used here alone. */
export type Style = Readonly<Record<"dim" | "bold" | "good" | "bad" | "name", (text: string) => string>>;

export function styleFor(colored: boolean): Style {
  const chalk = new Chalk({ level: colored ? 1 : 0 });
  return { dim: chalk.dim, bold: chalk.bold, good: chalk.green, bad: chalk.red, name: chalk.cyan };
}
