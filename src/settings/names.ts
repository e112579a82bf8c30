/** `remoteTopic` -> `--remote-topic` */
export function flagOf(key: string): string {
  return `--${kebab(key)}`;
}

/** `remoteTopic` -> `FACEPIPE_REMOTE_TOPIC` */
export function variableOf(key: string): string {
  return `FACEPIPE_${kebab(key).replaceAll("-", "_").toUpperCase()}`;
}

function kebab(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
