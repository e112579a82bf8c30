import { Interrupted, networkReason, saidNo, wrongFile } from "./download-errors.ts";
import type { ModelFile } from "./model-file.ts";

export interface Answer {
  readonly body: AsyncIterable<Uint8Array>;
  /** The place of the body's first byte in the file. */
  readonly start: number;
}

/**
 * Asks for the file from byte `start` on; the answer begins at 0 when the server cannot do that.
 * @throws Interrupted when trying again may help, UserError when the server says no or has another file.
 */
export async function ask(
  url: string,
  start: number,
  model: ModelFile,
  signal: AbortSignal,
): Promise<Answer> {
  const response = await request(url, start, signal);
  const { status, body } = response;
  const elsewhere = start > 0 && isElsewhere(response, start);
  const fault = elsewhere ? undefined : faultOf(response, url, model);
  if (body && !elsewhere && !fault) return { body: chunks(body, url), start: status === 206 ? start : 0 };
  await body?.cancel();
  if (fault) throw fault;
  return ask(url, 0, model, signal);
}

async function request(url: string, start: number, signal: AbortSignal): Promise<Response> {
  const headers = {
    // Places in a compressed answer are not places in the file.
    "accept-encoding": "identity",
    ...(start > 0 ? { range: `bytes=${start}-` } : {}),
  };
  try {
    return await fetch(url, { headers, signal });
  } catch (error) {
    const reason = networkReason(error);
    throw new Interrupted("no answer", `${new URL(url).host} cannot be reached: ${reason}`, error);
  }
}

async function* chunks(body: AsyncIterable<Uint8Array>, url: string): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw new Interrupted("broken off", `${new URL(url).host} broke off: ${networkReason(error)}`, error);
  }
}

/** RFC 9110: what was asked for is behind the file's end (15.5.17), or another part was sent (15.3.7). */
function isElsewhere(response: Response, start: number): boolean {
  return response.status === 416 || (response.status === 206 && contentRange(response).first !== start);
}

function faultOf(response: Response, url: string, { bytes }: ModelFile): Error | undefined {
  const { status, statusText, body } = response;
  const said = `${status} ${statusText}`.trim();
  if (status >= 500 || status === 408 || status === 429)
    return new Interrupted("busy", `${new URL(url).host} answers ${said}`);
  if ((status !== 200 && status !== 206) || !body) return saidNo(url, said);
  const length = status === 206 ? contentRange(response).total : contentLength(response);
  return length === bytes || Number.isNaN(length)
    ? undefined
    : wrongFile(url, `it has ${length} bytes, not ${bytes}`);
}

/** NaN where it is not told. */
function contentRange({ headers }: Response): { first: number; total: number } {
  const [, first, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers.get("content-range") ?? "") ?? [];
  return { first: Number(first), total: Number(total) };
}

/** NaN where it is not told. */
function contentLength({ headers }: Response): number {
  return Number(headers.get("content-length") ?? Number.NaN);
}
