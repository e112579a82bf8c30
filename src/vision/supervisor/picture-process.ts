import type { ChildProcess } from "node:child_process";
import { type Deferred, deferred } from "../../base/deferred.ts";
import { UserError } from "../../base/errors.ts";
import { Semaphore } from "../../base/semaphore.ts";
import type { PictureReply, PictureRequest } from "../picture-messages.ts";
import { forkWorker } from "./fork-worker.ts";

/** Larger pictures are not decoded: with three bytes per pixel this one takes 192 MB. */
export const maxPixels = 64_000_000;

interface PictureLimits {
  /** A picture that takes longer is given up, ms. */
  readonly timeout: number;
  /** The process ends after this time without a picture, ms. */
  readonly idle: number;
}

/**
 * The process that makes pictures of faces smaller, or aligns them, with OpenCV: started when it is needed, ended when it is
 * idle, because it is rarely needed and takes 75 MB. A start takes about a second.
 */
export class PictureProcess {
  readonly #limits: PictureLimits;
  readonly #turns = new Semaphore(1);
  #worker: ChildProcess | undefined;
  #reply: Deferred<Buffer | undefined> = deferred();
  #idle: NodeJS.Timeout | undefined;

  constructor(limits: PictureLimits) {
    this.#limits = limits;
  }

  /**
   * Requests wait for one another. Undefined when that is impossible with this picture. Rejects when the process does not
   * reply, and with a UserError when there is no OpenCV.
   */
  run(request: PictureRequest): Promise<Buffer | undefined> {
    return this.#turns.run(() => this.#exchange(request));
  }

  async #exchange(request: PictureRequest): Promise<Buffer | undefined> {
    clearTimeout(this.#idle);
    const worker = this.#worker ?? this.#start();
    if (!worker) throw new Error("the system cannot start the process for pictures now");
    this.#reply = deferred();
    // A request keeps this process running, an idle worker does not.
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
      const worker = forkWorker("picture-main", { stdio: ["ignore", "ignore", "ignore", "ipc"] });
      worker.on("message", ({ picture, failure }: PictureReply) => {
        if (this.#worker !== worker) return;
        if (failure) this.#reply.reject(new UserError(failure.code, failure.message, failure.remedy));
        else this.#reply.resolve(picture);
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
    this.#reply.reject(new Error("the process for pictures ended without a reply"));
  }
}

/** The one of this process. */
export const pictureProcess = new PictureProcess({ timeout: 10_000, idle: 5000 });
