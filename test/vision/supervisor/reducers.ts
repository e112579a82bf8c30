import { readdirSync, readFileSync } from "node:fs";

/** The ids of the reducer processes that the process `parent` has started and that run; reads /proc. */
export function reducersOf(parent: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        // The fields after the command's name, which is in parentheses: state, parent ...
        const [state, ppid] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
        const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
        return state !== "Z" && Number(ppid) === parent && /\/picture-main\.(ts|js)\0/.test(command);
      } catch {
        return false;
      }
    })
    .map(Number);
}
