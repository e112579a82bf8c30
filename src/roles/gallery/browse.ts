import { facesOf, newestFirst, type Position, type StoredFace, type StoreReader } from "./camera-folder.ts";

export interface Page {
  readonly faces: readonly StoredFace[];
  /** Where the next page begins; undefined at the end. */
  readonly next: Position | undefined;
}

/** The next faces of these cameras, newest first. */
export async function readPage(
  reader: StoreReader,
  cameras: readonly string[],
  from: Position,
  most: number,
  signal: AbortSignal,
): Promise<Page> {
  const all = cameras.map((folder) => facesOf(reader, folder, from, signal));
  const heads = await Promise.all(
    all.map(async (each) => (await each.next()).value as StoredFace | undefined),
  );
  const faces: StoredFace[] = [];
  while (faces.length < most) {
    const index = newestOf(heads);
    const face = heads[index];
    if (face === undefined) break;
    faces.push(face);
    heads[index] = (await all[index]?.next())?.value ?? undefined;
  }
  await Promise.all(all.map((each) => each.return(undefined)));
  const last = faces.at(-1);
  const isEnd = heads.every((head) => head === undefined);
  return { faces, next: isEnd || !last ? undefined : positionOf(last) };
}

/** After the last moment of all: what is newest comes first. */
export const newest: Position = { time: 253_402_300_799_999, key: "" };

function positionOf({ capturedAt, key }: StoredFace): Position {
  return { time: capturedAt, key };
}

function newestOf(heads: readonly (StoredFace | undefined)[]): number {
  let best = -1;
  for (const [index, head] of heads.entries()) {
    const other = heads[best];
    if (head && (!other || newestFirst(positionOf(head), positionOf(other)) < 0)) best = index;
  }
  return best;
}
