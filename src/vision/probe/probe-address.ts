import type { Socket } from "node:net";
import { UserError } from "../../base/errors.ts";
import { lookUp, openTcp, secure } from "../../base/steps/network.ts";
import type { Finding, RunStep } from "../../base/steps/step.ts";
import { authorization } from "../authorization.ts";
import type { CameraAddress } from "./address.ts";
import { answerError } from "./answer-errors.ts";
import { describeAnswer } from "./describe-answer.ts";
import { type Answer, ask, type TextRequest } from "./text-request.ts";

export type AddressStep = "dns" | "tcp" | "tls" | "login";

/**
 * Does what FFmpeg does first at a camera's address: DNS, TCP, TLS, and a request for the stream with the login. Rejects
 * with the UserError of the step that failed. Resolves with the content type of an answer of HTTP. `timeout`: for all of
 * them, milliseconds.
 */
export async function probeAddress(
  address: CameraAddress,
  timeout: number,
  runStep: RunStep<AddressStep>,
): Promise<string | undefined> {
  const deadline = Date.now() + timeout;
  const left = () => Math.max(1, deadline - Date.now());
  await runStep("dns", () => lookUp(address.host, left()));
  const connection = await runStep("tcp", () => connectTo(address, left()));
  let { socket } = connection;
  try {
    if (address.secure) socket = (await runStep("tls", () => encrypt(socket, address, left()))).socket;
    if (address.protocol === "other") return undefined;
    const { contentType } = await runStep("login", async () => {
      const { answer, last } = await askWithLogin({ socket, address, left });
      socket = last;
      const refusal = answerError(answer, address);
      if (refusal) throw refusal;
      return describeAnswer(answer, address);
    });
    return contentType;
  } finally {
    socket.destroy();
    // A camera may serve one client at a time: that is over now.
    connection.socket.destroy();
  }
}

interface Exchange {
  readonly socket: Socket;
  readonly address: CameraAddress;
  readonly left: () => number;
}

/** Asks for the stream, and again with the login when that is asked for. `last`: the connection that is open now. */
async function askWithLogin({ socket, address, left }: Exchange): Promise<{ answer: Answer; last: Socket }> {
  const answer = await ask(socket, requestTo(address, 1), left());
  const challenges = answer.headers.get("www-authenticate") ?? [];
  const { login } = address;
  if (answer.status !== 401 || login === undefined || challenges.length === 0)
    return { answer, last: socket };
  const request = requestTo(address, 2);
  const header = authorization(challenges, login, request);
  if (header === undefined) {
    const message = "the camera asks for a login of a kind that is not supported";
    throw new UserError("CAMERA_LOGIN_REFUSED", message, "Set its authentication to digest or basic");
  }
  let last = socket;
  if (!answer.isOpen) {
    socket.destroy();
    last = (await connectTo(address, left())).socket;
    if (address.secure) last = (await encrypt(last, address, left())).socket;
  }
  const headers = { ...request.headers, Authorization: header };
  return { answer: await ask(last, { ...request, headers }, left()), last };
}

function requestTo(
  { protocol, href, path, host, port }: CameraAddress,
  number: number,
): TextRequest & { readonly method: string; readonly uri: string } {
  if (protocol === "rtsp") {
    const headers = { CSeq: `${number}`, "User-Agent": "facepipe", Accept: "application/sdp" };
    return { method: "DESCRIBE", uri: href, line: `DESCRIBE ${href} RTSP/1.0`, headers };
  }
  const name = host.includes(":") ? `[${host}]` : host;
  const headers = { Host: `${name}:${port}`, "User-Agent": "facepipe", Accept: "*/*" };
  return { method: "GET", uri: path, line: `GET ${path} HTTP/1.1`, headers };
}

async function connectTo(address: CameraAddress, timeout: number) {
  const connection = await openTcp(address, timeout);
  // What asks reports it; at any other time it does not matter.
  connection.socket.on("error", () => undefined);
  return connection;
}

/** FFmpeg does not verify the certificates of cameras, which sign their own. */
async function encrypt(
  socket: Socket,
  address: CameraAddress,
  timeout: number,
): Promise<Finding & { socket: Socket }> {
  const found = await secure(socket, address, timeout, { rejectUnauthorized: false });
  found.socket.on("error", () => undefined);
  const { authorized } = found.socket;
  const detail = authorized ? found.detail : `${found.detail}, not verified (neither does FFmpeg)`;
  return { ...found, detail, facts: { ...found.facts, verified: authorized } };
}
