import type { ChildProcess } from "node:child_process";
import { type Deferred, deferred } from "../../base/deferred.ts";
import { Semaphore } from "../../base/semaphore.ts";
import type { ReduceReply, ReduceRequest } from "../reducer-messages.ts";
import { forkWorker } from "./fork-worker.ts";

export interface ReducerLimits {
  /** A picture that takes longer is not reduced, ms. */
  readonly timeout: number;
  /** The process ends after this time without a picture, ms. */
  readonly idle: number;
}

/**
 * The process that makes pictures smaller with OpenCV: started when it is needed, ended when it is idle, because it is
 * rarely needed and takes 75 MB. A start takes about a second.
 */
export class ReducerProcess {
  readonly #limits: ReducerLimits;
  readonly #turns = new Semaphore(1);
  #worker: ChildProcess | undefined;
  #reply: Deferred<Buffer | undefined> = deferred();
  #idle: NodeJS.Timeout | undefined;

  constructor(limits: ReducerLimits) {
    this.#limits = limits;
  }

  /** Requests wait for one another. Undefined when it cannot be made so small. Rejects when the process does not reply. */
  reduce(request: ReduceRequest): Promise<Buffer | undefined> {
    return this.#turns.run(() => this.#exchange(request));
  }

  async #exchange(request: ReduceRequest): Promise<Buffer | undefined> {
    clearTimeout(this.#idle);
    const worker = this.#worker ?? this.#start();
    if (!worker) throw new Error("the system cannot start the reducer now");
    this.#reply = deferred();
    // A request keeps this process running, an idle reducer does not.
    worker.ref();
    worker.channel?.ref();
    worker.send(request, (error) => error && this.#discard(worker));
    const timer = setTimeout(() => this.#discard(worker), this.#limits.timeout);
    try {
      return await this.#reply.promise;
    } finally {
      clearTimeout(timer);
      worker.unref();
      worker.channel?.unref();
      this.#idle = setTimeout(() => this.#discard(worker), this.#limits.idle).unref();
    }
  }

  /** Undefined when the system cannot start a process now. */
  #start(): ChildProcess | undefined {
    try {
      const worker = forkWorker("reduce-main", { stdio: ["ignore", "ignore", "ignore", "ipc"] });
      worker.on("message", ({ jpeg }: ReduceReply) => {
        if (this.#worker === worker) this.#reply.resolve(jpeg);
      });
      for (const event of ["error", "disconnect", "exit"]) worker.on(event, () => this.#discard(worker));
      this.#worker = worker;
      return worker;
    } catch {
      return undefined;
    }
  }

  /** Ends this process if it still runs, and with it the request that it has; the next one starts another. */
  #discard(worker: ChildProcess): void {
    worker.kill("SIGKILL");
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#reply.reject(new Error("the reducer ended without a reply"));
  }
}
