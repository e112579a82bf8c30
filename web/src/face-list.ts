import { create } from "./dom.ts";
import { type FaceEntry, pictureUrl } from "./server.ts";
import { cameraText, count, dayOf, dayText, pictureText, timeText } from "./words.ts";

export type View = "faces" | "visits";

/** The faces that were read, newest first, and their cards, by day. */
export class FaceList {
  readonly #root: HTMLElement;
  readonly #onChosen: (entry: FaceEntry) => void;
  readonly #cards = new Map<string, HTMLElement>();
  readonly #byKey = new Map<string, FaceEntry>();
  #entries: FaceEntry[] = [];
  #view: View = "faces";

  constructor(root: HTMLElement, onChosen: (entry: FaceEntry) => void) {
    this.#root = root;
    this.#onChosen = onChosen;
  }

  get size(): number {
    return this.#entries.length;
  }

  clear(view: View): void {
    this.#view = view;
    this.#entries = [];
    this.#byKey.clear();
    this.#cards.clear();
    this.#root.replaceChildren();
  }

  /** Adds one where it belongs in time; a face that is there already is only told to be stored. */
  add(entry: FaceEntry): void {
    if (this.#byKey.has(entry.key)) {
      if (entry.isStored) this.stored(entry.key);
      return;
    }
    this.#byKey.set(entry.key, entry);
    const index = this.#indexOf(entry);
    this.#entries.splice(index, 0, entry);
    const card = this.#card(entry);
    this.#cards.set(entry.key, card);
    this.#place(entry, card, this.#entries.slice(index + 1, index + 200));
  }

  stored(key: string): void {
    const entry = this.#byKey.get(key);
    if (!entry || entry.isStored) return;
    const now = { ...entry, isStored: true };
    this.#byKey.set(key, now);
    this.#entries[this.#entries.indexOf(entry)] = now;
    this.#cards.get(key)?.querySelector(".waiting")?.remove();
  }

  get(key: string): FaceEntry | undefined {
    return this.#byKey.get(key);
  }

  /** The face that is shown after (1) or before (-1) this one. */
  neighbour(key: string, step: 1 | -1): FaceEntry | undefined {
    return this.#entries[this.#entries.findIndex((each) => each.key === key) + step];
  }

  focus(key: string): void {
    this.#cards.get(key)?.querySelector("button")?.focus();
  }

  /** Pages come in order, and what arrives is the newest: both ends are looked at first. */
  #indexOf(entry: FaceEntry): number {
    const last = this.#entries.at(-1);
    if (!last || isBefore(last, entry)) return this.#entries.length;
    return this.#entries.findIndex((each) => isBefore(entry, each));
  }

  #card(entry: FaceEntry): HTMLElement {
    const picture = create("img");
    picture.src = pictureUrl(entry.key);
    picture.alt = pictureText(entry);
    picture.loading = "lazy";
    picture.decoding = "async";
    const parts: HTMLElement[] = [picture];
    if (this.#view === "faces") parts.push(create("span", "name", cameraText(entry)));
    parts.push(create("span", "when", timeText(entry.capturedAt)));
    if (!entry.isStored) parts.push(create("span", "waiting", "not stored yet"));
    const button = create("button", "card", parts);
    button.type = "button";
    // A face that was just published is told to be stored later.
    button.addEventListener("click", () => this.#onChosen(this.#byKey.get(entry.key) ?? entry));
    return create("li", "", [button]);
  }

  /** Puts the card before that of the next older face of its day, or of its visit. */
  #place(entry: FaceEntry, card: HTMLElement, older: readonly FaceEntry[]): void {
    const grid = this.#grid(entry);
    const next = older.map(({ key }) => this.#cards.get(key)).find((each) => each?.parentElement === grid);
    grid.insertBefore(card, next ?? null);
    const visit = grid.closest<HTMLElement>(".visit");
    const title = visit?.querySelector(".count");
    if (title) title.textContent = count(grid.children.length, "picture");
  }

  #grid(entry: FaceEntry): HTMLElement {
    const day = this.#section(dayOf(entry.capturedAt));
    const all = day.querySelector("ul") ?? day;
    if (this.#view === "faces") return all;
    const visit = visitOf(entry);
    const found = Array.from(all.children).find((each) => (each as HTMLElement).dataset["visit"] === visit);
    if (found) return found.querySelector("ul") ?? all;
    const pictures = create("ul", "grid");
    const title = create("h3", "", [
      document.createTextNode(`${cameraText(entry)}, ${timeText(entry.capturedAt)}, `),
      create("span", "count"),
    ]);
    const card = create("li", "visit", [title, pictures]);
    card.dataset["visit"] = visit;
    // In the order of each visit's newest picture.
    const next = Array.from(all.children).find(
      (each) => ((each as HTMLElement).dataset["time"] ?? "") < entry.capturedAt,
    );
    card.dataset["time"] = entry.capturedAt;
    all.insertBefore(card, next ?? null);
    return pictures;
  }

  #section(day: string): HTMLElement {
    const sections = Array.from(this.#root.children) as HTMLElement[];
    const found = sections.find((each) => each.dataset["day"] === day);
    if (found) return found;
    const title = create("h2", "", dayText(day));
    const section = create("section", "", [title, create("ul", `grid ${this.#view}`)]);
    section.dataset["day"] = day;
    const next = sections.find((each) => (each.dataset["day"] ?? "") < day);
    this.#root.insertBefore(section, next ?? null);
    return section;
  }
}

function isBefore(a: FaceEntry, b: FaceEntry): boolean {
  return a.capturedAt === b.capturedAt ? a.key > b.key : a.capturedAt > b.capturedAt;
}

/** A face without a visit is a card of its own. */
function visitOf({ key, facts }: FaceEntry): string {
  return facts?.visit === undefined ? key : `${facts.epoch} ${facts.visit}`;
}
