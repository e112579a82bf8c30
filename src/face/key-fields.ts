/** In the case that its publisher wrote it in. */
export const uuidPattern = [8, 4, 4, 4, 12].map((digits) => `[0-9a-fA-F]{${digits}}`).join("-");
/** See safeName in name.ts. */
const name = "[\\p{L}\\p{N}_-][\\p{L}\\p{N}._-]*";

/** A detector of facepipe: it has no hyphen, which often separates it from the name of a camera. */
export const ownDetector = "[\\p{L}\\p{N}_][\\p{L}\\p{N}._]*";

/** What each placeholder of a template of object keys can be. */
export const fieldPatterns: Readonly<Record<string, string>> = {
  camera: name,
  detector: name,
  id: uuidPattern,
  epoch: uuidPattern,
  seq: "\\d{1,16}",
  // Only these formats have facts.
  ext: "(?:png|jpg)",
  yyyy: "\\d{4}",
  mm: "\\d\\d",
  dd: "\\d\\d",
  HH: "\\d\\d",
  MM: "\\d\\d",
  SS: "\\d\\d",
  ms: "\\d{3}",
};

/** Placeholders whose value has no fixed length. */
const variable: ReadonlySet<string> = new Set(["camera", "detector", "seq"]);

/** A character of a template, or a placeholder. */
interface Item {
  readonly letter?: string | undefined;
  readonly field?: string | undefined;
}

/**
 * The placeholders of a template whose values a key determines, whatever they are: `{camera}{seq}` determines neither,
 * because a camera's name may end with digits. The others must not be read from a key. `isOwn`: its detector is known to
 * be one of facepipe.
 */
export function determinedFields(template: string, isOwn = false): ReadonlySet<string> {
  const known = new Set<string>();
  const cells = cellsOf(template);
  // What one cell determines has a known length in the next.
  for (let size = -1; size < known.size; ) {
    size = known.size;
    for (const cell of cells) for (const field of determinedIn(cell, known, isOwn)) known.add(field);
  }
  return known;
}

/** Parts between characters that no value contains: where such a part begins and ends is certain. */
function cellsOf(template: string): Item[][] {
  const cells: Item[][] = [[]];
  for (const [part, field] of template.matchAll(/\{([^{}]*)\}|./gsu)) {
    if (field === undefined && !/[\p{L}\p{N}._-]/u.test(part)) cells.push([]);
    else cells.at(-1)?.push(field === undefined ? { letter: part } : { field });
  }
  return cells;
}

function determinedIn(cell: readonly Item[], known: ReadonlySet<string>, isOwn: boolean): readonly string[] {
  /** Whether the item's extent follows from where it begins; `next` is the item at its other end. */
  const isCertain = ({ field }: Item, next: Item | undefined) =>
    field === undefined ||
    known.has(field) ||
    !variable.has(field) ||
    // A run of digits ends at what is none.
    (field === "seq" && (next === undefined || (next.letter !== undefined && !/\d/.test(next.letter)))) ||
    (field === "detector" && isOwn && (next === undefined || next.letter === "-"));
  let start = 0;
  let end = cell.length;
  for (let item = cell[start]; item && isCertain(item, cell[start + 1]); item = cell[start]) start++;
  for (let item = cell[end - 1]; end > start && item && isCertain(item, cell[end - 2]); item = cell[end - 1])
    end--;
  const open = fieldsOf(cell.slice(start, end)).filter((field) => variable.has(field) && !known.has(field));
  const certain = fieldsOf([...cell.slice(0, start), ...cell.slice(end)]);
  // The length of the whole says that of a single one, even if it is repeated.
  return new Set(open).size <= 1 && !open.some((field) => certain.includes(field)) ? fieldsOf(cell) : certain;
}

function fieldsOf(items: readonly Item[]): string[] {
  return items.flatMap(({ field }) => field ?? []);
}
