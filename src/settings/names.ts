/** `remoteTopic` -> `--remote-topic` */
export function flagOf(key: string): string {
  return `--${fileKeyOf(key)}`;
}

/** `remoteTopic` -> `FACEPIPE_REMOTE_TOPIC` */
export function variableOf(key: string): string {
  return `FACEPIPE_${fileKeyOf(key).replaceAll("-", "_").toUpperCase()}`;
}

/** `remoteTopic` -> `remote-topic` */
export function fileKeyOf(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
