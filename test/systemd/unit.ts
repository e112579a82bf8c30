import { readFileSync } from "node:fs";

export const roles = ["detect", "forward", "log"] as const;

/** The values of a key in a unit file, in order. */
function valuesOf(unit: string, key: string): string[] {
  return Array.from(unit.matchAll(new RegExp(`^${key}=(.*)$`, "gm")), ([, value = ""]) => value);
}

export interface Unit {
  readonly environment: Readonly<Record<string, string>>;
  readonly environmentFiles: readonly string[];
  /** facepipe's arguments in ExecStartPre, then in ExecStart. */
  readonly commands: readonly (readonly string[])[];
}

/** Reads a role's unit, with the files of `secrets` and the example of facepipe.yaml as its credentials. */
export function readUnit(role: string, secrets: string): Unit {
  const text = readFileSync(`deploy/systemd/facepipe-${role}.service`, "utf8");
  const credentials = valuesOf(text, "LoadCredential").map((value) => value.split(":"));
  const found = credentials.reduce((each, [name, path = ""]) => {
    const file = path
      .replace("/etc/facepipe/secrets", secrets)
      .replace(/^\/etc\/facepipe\/(facepipe\.yaml)$/, "deploy/systemd/$1.example");
    return each.replaceAll(`%d/${name}`, file);
  }, text);
  const pairs = valuesOf(found, "Environment").flatMap((line) =>
    line.split(" ").map((pair) => pair.split("=")),
  );
  const environment: Record<string, string> = Object.fromEntries(pairs);
  const lines = [...valuesOf(found, "ExecStartPre"), ...valuesOf(found, "ExecStart")];
  const program = "/opt/facepipe/node /opt/facepipe/bin/facepipe.js ";
  const commands = lines.map((line) =>
    line
      .replace(program, "")
      .split(" ")
      .map((word) => word.replace(/^\$\{(\w+)\}$/, (_, name) => environment[name] ?? "")),
  );
  return { environment, environmentFiles: valuesOf(text, "EnvironmentFile"), commands };
}
