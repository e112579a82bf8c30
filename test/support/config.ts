import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { UserError } from "../../src/base/errors.ts";
import { loadRoles } from "../../src/roles/role-table.ts";
import { type CommandLine, configPath, readCommandLine } from "../../src/settings/command-line.ts";
import { readConfigFile } from "../../src/settings/config/config-file.ts";
import { configText } from "../../src/settings/config/show-config.ts";
import type { Environment } from "../../src/settings/environment.ts";
import { emptyFolder } from "./folder.ts";

const roles = await loadRoles();

/** A folder with a configuration file that changes. */
export class ConfigFolder {
  readonly folder: string;

  constructor(t: TestContext) {
    this.folder = emptyFolder(t);
  }

  get path(): string {
    return join(this.folder, "facepipe.yaml");
  }

  /** Writes the file; returns its path. */
  write(content: string | Buffer): string {
    writeFileSync(this.path, content);
    return this.path;
  }

  /** The settings with this file. */
  read(content: string | Buffer, line: string | readonly string[], environment: Environment = {}) {
    const { settings } = this.#commandLine(content, line, environment);
    if (settings === "help") throw new Error("help");
    return settings as Readonly<Record<string, unknown>> & {
      readonly cameras: readonly Readonly<Record<string, unknown>>[];
    };
  }

  /** What --show-config prints, with `facepipe.yaml` for the path. */
  show(content: string | Buffer, line: string | readonly string[], environment: Environment = {}): string {
    const { role, sources } = this.#commandLine(content, line, environment);
    if (!sources) throw new Error("help");
    return configText(role, { ...sources, path: "facepipe.yaml" });
  }

  /** The faults with this file, or that of the arguments; with `facepipe.yaml` for its path. */
  faults(
    content: string | Buffer | undefined,
    line: string | readonly string[] = "log",
    environment: Environment = {},
  ): string[] {
    try {
      this.#commandLine(content, line, environment);
      return [];
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const text = error.message.replaceAll(this.path, "facepipe.yaml");
      const [heading = "", ...rest] = text.split("\n  ");
      return rest.length === 0 ? [heading] : rest.map((each) => each.trimEnd());
    }
  }

  #commandLine(
    content: string | Buffer | undefined,
    line: string | readonly string[],
    environment: Environment,
  ): CommandLine<(typeof roles)[number]> {
    const words = typeof line === "string" ? line.split(" ") : line;
    const args = content === undefined ? words : [...words, "--config", this.write(content)];
    const path = configPath(args.slice(1), environment);
    return readCommandLine(roles, args, environment, path === undefined ? path : readConfigFile(path));
  }
}
