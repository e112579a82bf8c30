import type { Role } from "./role.ts";

/** All roles, in the order of the help. A role is loaded when it is needed. */
const table: Readonly<Record<string, () => Promise<unknown>>> = {
  detect: async () => (await import("./detect/detect.ts")).detect,
  log: async () => (await import("./log/log.ts")).log,
  forward: async () => (await import("./forward/forward.ts")).forward,
  store: async () => (await import("./store/store.ts")).store,
  "broker-check": async () => (await import("./broker-check/broker-check.ts")).brokerCheck,
  "camera-check": async () => (await import("./camera-check/camera-check.ts")).cameraCheck,
  healthcheck: async () => (await import("./healthcheck.ts")).healthcheck,
  up: async () => (await import("./up/up.ts")).up,
  gallery: async () => (await import("./gallery/gallery.ts")).gallery,
  audit: async () => (await import("./audit/audit.ts")).audit,
  erase: async () => (await import("./erase/erase.ts")).erase,
  export: async () => (await import("./export/export.ts")).exportRole,
};

/** Loads the roles with these names, or all. */
export async function loadRoles(names: readonly string[] = Object.keys(table)): Promise<readonly Role[]> {
  return (await Promise.all(names.map((name) => table[name]?.()))) as Role[];
}

export function isRole(name: string): boolean {
  return Object.hasOwn(table, name);
}
