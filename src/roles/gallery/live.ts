import type { ServerResponse } from "node:http";
import type { FaceEntry, LiveState } from "./api.d.ts";

/** Pages that may be open at once. */
const mostPages = 100;
/** Bytes that a slow page may have to read; it is disconnected, and connects again. */
const mostUnread = 1024 * 1024;
/** So that a proxy does not end a quiet connection, milliseconds. */
const keepAliveInterval = 15_000;

/** The pages that are open: each is told of faces as they arrive (server-sent events, HTML Living Standard 9.2). */
export class Live {
  readonly #pages = new Set<ServerResponse>();
  readonly #keepAlive = setInterval(() => this.#send(": keep-alive\n\n"), keepAliveInterval);
  #state: LiveState;

  constructor(broker: LiveState["broker"]) {
    this.#state = { broker, since: new Date().toISOString(), received: 0, stored: 0, refused: 0 };
  }

  get isWatched(): boolean {
    return this.#pages.size > 0;
  }

  get state(): LiveState {
    return this.#state;
  }

  connect(response: ServerResponse): void {
    if (this.#pages.size >= mostPages) return void response.writeHead(503).end();
    response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
    this.#pages.add(response);
    response.on("close", () => this.#pages.delete(response)).on("error", () => this.#pages.delete(response));
    response.write(`retry: 1000\n\n${eventText("state", this.#state)}`);
  }

  face(entry: FaceEntry): void {
    this.#send(eventText("face", entry));
  }

  stored(keys: readonly string[]): void {
    if (keys.length > 0) this.#send(eventText("stored", keys));
  }

  update(change: Partial<LiveState>): void {
    this.#state = { ...this.#state, ...change };
    this.#send(eventText("state", this.#state));
  }

  stop(): void {
    clearInterval(this.#keepAlive);
    for (const page of this.#pages) page.end();
  }

  #send(text: string): void {
    for (const page of this.#pages) {
      page.write(text);
      if (page.writableLength > mostUnread) page.destroy();
    }
  }
}

function eventText(name: string, value: unknown): string {
  // JSON has no line break outside of its strings, and none inside.
  return `event: ${name}\ndata: ${JSON.stringify(value)}\n\n`;
}
