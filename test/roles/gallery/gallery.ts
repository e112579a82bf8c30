import type { TestContext } from "node:test";
import { type Program, startFacepipe } from "../../support/facepipe.ts";

export interface RunningGallery {
  readonly url: string;
  readonly program: Program;
}

/** The built gallery on a free port. */
export async function startGallery(
  t: TestContext,
  from: string,
  more: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<RunningGallery> {
  const args = ["gallery", "--from", from, "--listen", "127.0.0.1:0", ...more];
  const program = startFacepipe(t, args, { env });
  const { msg } = await program.event("page_listening");
  return { program, url: /http:\/\/\S+/.exec(msg)?.[0] ?? "" };
}
