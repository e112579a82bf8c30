import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { syncDirectory } from "../../src/base/sync-directory.ts";
import { Spool } from "../../src/spool/spool.ts";

/** What is compared: faces on disk. */
export interface Storage {
  /** Resolves when the face is durable. */
  append(seq: number, picture: Buffer): Promise<unknown>;
  read(seq: number): Promise<Buffer | undefined>;
  close(): Promise<void>;
}

export const storages: Readonly<Record<string, (directory: string) => Promise<Storage>>> = {
  spool: openOurs,
  lmdb: openLmdb,
  files: openFiles,
};

const gibibyte = 1024 ** 3;

async function openOurs(directory: string): Promise<Storage> {
  const epoch = randomUUID();
  const ignore = () => undefined;
  const callbacks = { onDropped: ignore, onTrouble: ignore, onRecovered: ignore, onCorrupt: ignore };
  const spool = await Spool.open({ directory, maxBytes: gibibyte, full: "oldest", ...callbacks });
  spool.beginEpoch("bench", epoch);
  const facts = { camera: "bench", epoch, visit: "1", quality: 0.5 };
  return {
    append: (seq, picture) => spool.append({ ...facts, seq, capturedAt: Date.now() }, picture),
    read: async (seq) => {
      const face = spool.find(epoch, seq);
      return face && spool.read(face);
    },
    close: () => spool.close(),
  };
}

/** A put resolves when it is committed; `flushed` when it is on disk. */
async function openLmdb(directory: string): Promise<Storage> {
  const { open: openDatabase } = await import("lmdb");
  const database = openDatabase<Buffer, number>({ path: join(directory, "faces.mdb"), encoding: "binary" });
  return {
    append: async (seq, picture) => {
      await database.put(seq, picture);
      await database.flushed;
    },
    read: async (seq) => database.get(seq),
    close: () => database.close(),
  };
}

async function openFiles(directory: string): Promise<Storage> {
  await mkdir(join(directory, "tmp"));
  const path = (seq: number) => join(directory, `${seq}.png`);
  return {
    append: async (seq, picture) => {
      const temporary = join(directory, "tmp", String(seq));
      const file = await open(temporary, "wx");
      try {
        await file.writeFile(picture);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, path(seq));
      await syncDirectory(directory);
    },
    read: (seq) => readFile(path(seq)),
    close: async () => undefined,
  };
}
