/** Opens the spool in a directory and appends faces until it is killed; says on stdout what is durable. */
import { randomUUID } from "node:crypto";
import { UserError } from "../../src/base/errors.ts";
import { Spool } from "../../src/spool/spool.ts";
import { picture } from "./fixture.ts";

const [, , directory = "", atOnce = "0"] = process.argv;
const ignore = () => undefined;
const callbacks = { onDropped: ignore, onTrouble: ignore, onRecovered: ignore, onCorrupt: ignore };

try {
  const spool = await Spool.open({ directory, maxBytes: 64 * 1024 * 1024, full: "oldest", ...callbacks });
  process.stdout.write("open\n");
  const epoch = randomUUID();
  spool.beginEpoch("cam", epoch);
  for (let seq = 1; Number(atOnce) > 0; ) {
    const faces = Array.from({ length: Number(atOnce) }, () => {
      const face = { camera: "cam", epoch, seq: seq++, quality: 1, capturedAt: Date.now() };
      return spool.append(face, picture(face.seq)).then(() => process.stdout.write(`${epoch} ${face.seq}\n`));
    });
    await Promise.all(faces);
  }
  process.stdin.resume();
} catch (error) {
  process.stdout.write(`${error instanceof UserError ? error.code : error}\n`);
}
