import { Chalk } from "chalk";

/** Text styles for a terminal. The only file that imports chalk. */
export type Style = Readonly<Record<"dim" | "bold" | "good" | "bad" | "name", (text: string) => string>>;

export function styleFor(colored: boolean): Style {
  const chalk = new Chalk({ level: colored ? 1 : 0 });
  return { dim: chalk.dim, bold: chalk.bold, good: chalk.green, bad: chalk.red, name: chalk.cyan };
}
