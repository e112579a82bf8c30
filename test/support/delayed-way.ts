import type { Socket } from "node:net";

/** One direction of a connection: what `from` sends is written to `to` in order, each chunk `delay()` ms later. */
export class Way {
  readonly from: Socket;
  readonly #to: Socket;
  readonly #delay: () => number;
  readonly #queue: { readonly due: number; readonly chunk: Buffer | undefined }[] = [];
  #timer: NodeJS.Timeout | undefined;
  #held = false;

  constructor(from: Socket, to: Socket, delay: () => number) {
    this.from = from;
    this.#to = to;
    this.#delay = delay;
    from.on("data", (chunk) => this.#take(chunk));
    from.on("end", () => this.#take(undefined));
    to.on("drain", () => this.#flow());
    to.on("close", () => this.#wait(undefined));
  }

  /** Nothing is written, and nothing is read, until `release()`. */
  hold(): void {
    this.#held = true;
    this.#wait(undefined);
    this.from.pause();
  }

  release(): void {
    if (!this.#held) return;
    this.#held = false;
    this.#flow();
    this.#deliver();
  }

  #take(chunk: Buffer | undefined): void {
    this.#queue.push({ due: performance.now() + this.#delay(), chunk });
    if (!this.#timer && !this.#held) this.#wait(this.#delay());
  }

  #deliver(): void {
    this.#timer = undefined;
    for (let first = this.#queue[0]; first; first = this.#queue[0]) {
      const early = first.due - performance.now();
      if (early > 0) {
        this.#wait(early);
        return;
      }
      this.#queue.shift();
      if (first.chunk === undefined) this.#to.end();
      else if (!this.#to.write(first.chunk)) this.from.pause();
    }
  }

  #flow(): void {
    if (!this.#held && !this.#to.writableNeedDrain) this.from.resume();
  }

  #wait(ms: number | undefined): void {
    clearTimeout(this.#timer);
    this.#timer = ms === undefined ? undefined : setTimeout(() => this.#deliver(), ms);
  }
}
