import type { Socket } from "node:net";

/** The longest head of an answer, and the longest body that is read, bytes: the other side may be anything. */
const maxHead = 16_384;
const maxBody = 65_536;

/** The answer of a server that speaks RTSP or HTTP. */
export interface Answer {
  readonly status: number;
  /** By name in lower case; one that is repeated has several values. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: string;
  /** Another request can be sent on the same connection. */
  readonly isOpen: boolean;
}

export interface TextRequest {
  /** `DESCRIBE rtsp://host/path RTSP/1.0` */
  readonly line: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The connection was closed, or what came is no answer of such a server. */
export class NoAnswerError extends Error {
  /** As an error of the system has one: it is no bug of ours. */
  readonly code = "NO_ANSWER";
}

/**
 * Sends a request and reads the head of the answer: RTSP's and HTTP's have the same form (RFC 2326, section 7). For what
 * node:http reads, this reads less: a camera's stream has no end. No package that is well kept speaks RTSP alone: those on
 * npm decode or relay streams, or have a few dozen downloads a week.
 * Rejects with a NoAnswerError; with a system error; or with one whose code is ETIMEDOUT after `timeout` milliseconds.
 */
export async function ask(socket: Socket, request: TextRequest, timeout: number): Promise<Answer> {
  const head = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`${request.line}\r\n${head.join("")}\r\n`);
  const reader = new AnswerReader();
  return await new Promise<Answer>((resolve, reject) => {
    const timer = setTimeout(
      () => fail(Object.assign(new Error("no answer"), { code: "ETIMEDOUT" })),
      timeout,
    );
    const finish = () => {
      clearTimeout(timer);
      socket.off("data", onData).off("error", fail).off("end", onEnd).off("close", onEnd);
    };
    const fail = (error: Error) => {
      finish();
      reject(error);
    };
    const onData = (bytes: Buffer) => {
      try {
        const answer = reader.push(bytes);
        if (!answer) return;
        finish();
        socket.pause();
        resolve(answer);
      } catch (error) {
        fail(error as Error);
      }
    };
    const onEnd = () => {
      const answer = reader.end();
      if (!answer) return fail(new NoAnswerError("it closed the connection"));
      finish();
      resolve(answer);
    };
    socket.on("data", onData).on("error", fail).on("end", onEnd).on("close", onEnd).resume();
  });
}

class AnswerReader {
  #bytes = Buffer.alloc(0);
  #head: Omit<Answer, "body"> | undefined;

  /** Returns the answer once it is complete. */
  push(more: Buffer): Answer | undefined {
    this.#bytes = Buffer.concat([this.#bytes, more]);
    if (!this.#head) {
      if (!couldBeAnswer(this.#bytes)) throw new NoAnswerError("it speaks another protocol");
      const end = /\r?\n\r?\n/.exec(this.#bytes.subarray(0, maxHead).toString("latin1"));
      if (!end) {
        if (this.#bytes.length >= maxHead) throw new NoAnswerError("its answer has no end");
        return undefined;
      }
      this.#head = parseHead(this.#bytes.subarray(0, end.index).toString("latin1"));
      this.#bytes = this.#bytes.subarray(end.index + end[0].length);
    }
    return this.#bytes.length >= this.#bodyLength ? this.#complete() : undefined;
  }

  /** The connection ended: the answer if it has a head. */
  end(): Answer | undefined {
    return this.#head && { ...this.#complete(), isOpen: false };
  }

  /** How much of the body is read; of one without a length, nothing: it may be a stream. */
  get #bodyLength(): number {
    return Math.min(maxBody, lengthOf(this.#head) ?? 0);
  }

  #complete(): Answer {
    const head = this.#head as Omit<Answer, "body">;
    return { ...head, body: this.#bytes.subarray(0, this.#bodyLength).toString("utf8") };
  }
}

function lengthOf(head: Pick<Answer, "headers"> | undefined): number | undefined {
  const text = head?.headers.get("content-length")?.[0];
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** SHOUTcast's servers answer ICY in the place of HTTP/1.0. */
const statusLine = /^(?:RTSP\/\d\.\d|HTTP\/\d\.\d|ICY) (\d{3})(?: |$)/;

function couldBeAnswer(bytes: Buffer): boolean {
  const start = bytes.subarray(0, 4).toString("latin1");
  return ["RTSP", "HTTP", "ICY "].some((each) => each.startsWith(start));
}

function parseHead(text: string): Omit<Answer, "body"> {
  const [first = "", ...lines] = text.split(/\r?\n/);
  const status = Number(statusLine.exec(first)?.[1]);
  if (Number.isNaN(status)) throw new NoAnswerError("it speaks another protocol");
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    const [, name, value = ""] = /^([\w-]+)\s*:\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined) continue;
    const key = name.toLowerCase();
    headers.set(key, [...(headers.get(key) ?? []), value]);
  }
  // RTSP has no body without a length; in HTTP its end is then the end of the connection, or is written in it.
  const length = lengthOf({ headers }) ?? (first.startsWith("RTSP") ? 0 : Number.POSITIVE_INFINITY);
  const closes = /^(HTTP\/1\.0|ICY)/.test(first) || /close/i.test(headers.get("connection")?.[0] ?? "");
  return { status, headers, isOpen: !closes && length <= maxBody };
}
