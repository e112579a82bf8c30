import { byId, create } from "./dom.ts";
import { type FaceEntry, faceLink, pictureUrl } from "./server.ts";
import { cameraText, factRows, pictureText, timeText } from "./words.ts";

/** One face, enlarged, with all that is known of it. */
export class FaceDialog {
  readonly #dialog = byId("face", HTMLDialogElement);
  readonly #link = byId("face-link", HTMLParagraphElement);
  #shown: FaceEntry | undefined;

  /** `neighbour` is the face beside one; `onClosed` is told which was shown last. */
  constructor(
    neighbour: (key: string, step: 1 | -1) => FaceEntry | undefined,
    onClosed: (key: string) => void,
  ) {
    const go = (step: 1 | -1) => {
      const next = this.#shown && neighbour(this.#shown.key, step);
      if (next) this.show(next);
    };
    byId("close", HTMLButtonElement).addEventListener("click", () => this.#dialog.close());
    byId("newer", HTMLButtonElement).addEventListener("click", () => go(-1));
    byId("older", HTMLButtonElement).addEventListener("click", () => go(1));
    this.#dialog.addEventListener("keydown", ({ key }) => {
      if (key === "ArrowLeft") go(-1);
      if (key === "ArrowRight") go(1);
    });
    this.#dialog.addEventListener("close", () => this.#shown && onClosed(this.#shown.key));
  }

  show(entry: FaceEntry): void {
    this.#shown = entry;
    byId("face-title", HTMLHeadingElement).textContent = cameraText(entry);
    const picture = byId("face-picture", HTMLImageElement);
    picture.src = pictureUrl(entry.key);
    picture.alt = pictureText(entry);
    this.#showFacts(entry);
    this.#link.textContent = "";
    void this.#showLink(entry.key);
    if (!this.#dialog.open) this.#dialog.showModal();
  }

  /** Shows what has become known of this face, if it is the one that is shown. */
  update(entry: FaceEntry | undefined): void {
    if (entry && entry.key === this.#shown?.key) this.#showFacts(entry);
  }

  #showFacts(entry: FaceEntry): void {
    const rows = factRows(entry).flatMap(([name, value]) => [
      create("dt", "", name),
      create("dd", "", value),
    ]);
    byId("face-facts", HTMLDListElement).replaceChildren(...rows);
  }

  async #showLink(key: string): Promise<void> {
    const { url, expiresAt } = await faceLink(key).catch(() => ({ url: undefined, expiresAt: undefined }));
    if (this.#shown?.key !== key) return;
    const link = create(
      "a",
      "",
      url === undefined ? "Open the picture" : "Link to the picture in the bucket",
    );
    link.href = url ?? pictureUrl(key);
    link.target = "_blank";
    link.rel = "noopener noreferrer";
    const note = expiresAt === undefined ? "" : `, for anyone who has it, until ${timeText(expiresAt)}`;
    this.#link.replaceChildren(link, note);
  }
}
