import envPaths from "env-paths";

const folders = envPaths("facepipe", { suffix: "" });

/** The user's cache folder: `~/.cache/facepipe` ($XDG_CACHE_HOME), `~/Library/Caches/facepipe`. */
export function cacheFolder(): string {
  return folders.cache;
}

/** The user's state folder: `~/.local/state/facepipe` ($XDG_STATE_HOME), `~/Library/Logs/facepipe`. */
export function stateFolder(): string {
  return folders.log;
}
