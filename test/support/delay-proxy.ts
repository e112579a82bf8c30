import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { Way } from "./delayed-way.ts";

export interface DelayProxyOptions {
  /** The port of 127.0.0.1 that connections go on to. */
  readonly target: number;
  /** Round trip time to add, milliseconds: half of it each way. */
  readonly rtt?: number;
  /** The address of this machine to listen at; default: 127.0.0.1. */
  readonly host?: string | undefined;
}

/** A bad network for tests and benchmarks: a TCP proxy in front of a port; starts in passing mode. */
export async function startDelayProxy(options: DelayProxyOptions): Promise<DelayProxy> {
  const proxy = new DelayProxy(options.target, options.rtt ?? 0, options.host);
  await proxy.pass();
  return proxy;
}

export class DelayProxy {
  /** Round trip time added, milliseconds; takes effect for what is sent from now on. */
  rtt: number;
  /** The port of 127.0.0.1 behind it. */
  readonly target: number;
  readonly #host: string;
  readonly #server: Server;
  readonly #ways = new Set<Way>();
  #port = 0;
  #hole = false;

  constructor(target: number, rtt: number, host = "127.0.0.1") {
    this.target = target;
    this.#host = host;
    this.rtt = rtt;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#accept(client));
  }

  /** The port to use instead of the target's; stays the same in all modes. */
  get port(): number {
    return this.#port;
  }

  /** Forwards everything; first what a black hole has held back. */
  async pass(): Promise<void> {
    this.#hole = false;
    for (const way of this.#ways) way.release();
    if (this.#server.listening) return;
    this.#server.listen(this.#port, this.#host);
    await once(this.#server, "listening");
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Breaks all connections and refuses new ones. */
  async refuse(): Promise<void> {
    this.#hole = false;
    this.cut();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, "close");
  }

  /** Accepts connections, keeps the old ones, and forwards nothing: as when a cable is pulled. */
  async blackHole(): Promise<void> {
    await this.pass();
    this.#hole = true;
    for (const way of this.#ways) way.hold();
  }

  /** Breaks all connections (RST) and accepts new ones. */
  cut(): void {
    for (const way of this.#ways) way.from.resetAndDestroy();
  }

  async stop(): Promise<void> {
    await this.refuse();
  }

  #accept(client: Socket): void {
    const upstream = connect({ port: this.target, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      const way = new Way(from, to, () => this.rtt / 2);
      this.#ways.add(way);
      if (this.#hole) way.hold();
      from.on("error", () => to.resetAndDestroy());
      from.on("close", () => this.#ways.delete(way));
    }
  }
}
