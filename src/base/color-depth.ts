import { WriteStream } from "node:tty";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Bits for the colors of a stream: 1 (none), 4, 8 or 24. A terminal has what Node.js knows of it; NO_COLOR and TERM=dumb
 * turn colors off, and FORCE_COLOR turns them on also where there is no terminal.
 */
export function colorDepth(stream: { readonly isTTY?: boolean }, environment: Environment): number {
  const { NO_COLOR, FORCE_COLOR, ...rest } = environment;
  if (stream.isTTY !== true && FORCE_COLOR === undefined) return 1;
  // Node.js takes an empty NO_COLOR for one that is set.
  const disabled = NO_COLOR !== undefined && NO_COLOR !== "" && FORCE_COLOR === undefined;
  const variables = {
    ...rest,
    ...(disabled ? { NO_COLOR } : {}),
    ...(FORCE_COLOR === undefined ? {} : { FORCE_COLOR }),
  };
  return WriteStream.prototype.getColorDepth(variables);
}
