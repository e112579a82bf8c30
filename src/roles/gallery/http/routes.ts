import type { IncomingMessage, ServerResponse } from "node:http";
import type { CameraList, FaceLink, FacePage } from "../api.d.ts";
import { newest, readPage } from "../browse.ts";
import type { Position } from "../camera-folder.ts";
import { toEntries } from "../entries.ts";
import { findCameras } from "../find-cameras.ts";
import type { Gallery } from "../gallery-state.ts";
import { type Handler, refuse } from "./server.ts";
import type { StaticFile } from "./static-files.ts";

const mostFaces = 200;
/** Of a link to a picture in a bucket, seconds. */
const linkLifetime = 15 * 60;

/** What the page asks for; every answer is a function of the store and of the live state. */
export function createHandler(gallery: Gallery, files: ReadonlyMap<string, StaticFile>): Handler {
  return async (url, request, response) => {
    const file = files.get(url.pathname);
    if (file) return sendFile(file, request, response);
    if (url.pathname === "/api/cameras") return sendJson(response, await cameraList(gallery));
    if (url.pathname === "/api/faces") return sendFaces(gallery, url, response);
    if (url.pathname === "/api/link") return sendLink(gallery, url, response);
    if (url.pathname === "/api/live") return gallery.live.connect(response);
    if (url.pathname === "/picture") return sendPicture(gallery, url, response);
    refuse(response, 404, "there is no such page");
  };
}

function sendFile(file: StaticFile, request: IncomingMessage, response: ServerResponse): void {
  response
    .setHeader("ETag", file.tag)
    .setHeader("Cache-Control", "no-cache")
    .setHeader("Vary", "Accept-Encoding");
  if (request.headers["if-none-match"] === file.tag) return void response.writeHead(304).end();
  const zipped = /\bgzip\b/.test(String(request.headers["accept-encoding"] ?? ""));
  if (zipped) response.setHeader("Content-Encoding", "gzip");
  response.writeHead(200, { "Content-Type": file.contentType }).end(zipped ? file.compressed : file.body);
}

async function cameraList({ reader, stop }: Gallery): Promise<CameraList> {
  return { cameras: await findCameras(reader.cache, stop), store: reader.store.target };
}

async function sendFaces(gallery: Gallery, { searchParams }: URL, response: ServerResponse): Promise<void> {
  const { reader, pictures, stop } = gallery;
  const from = readPosition(searchParams.get("before"));
  if (!from) return refuse(response, 400, "before must be a time in milliseconds, and a key");
  const most = Math.min(mostFaces, Math.max(1, Number(searchParams.get("most")) || 60));
  const all = await findCameras(reader.cache, stop);
  const camera = searchParams.get("camera");
  const cameras = camera === null ? all : all.filter((each) => each === camera);
  const { faces, next } = await readPage(reader, cameras, from, most, stop);
  const page: FacePage = {
    faces: await toEntries(faces, pictures, stop),
    next: next && `${next.time} ${next.key}`,
  };
  sendJson(response, page);
}

/** `1764590000000 KEY`, or a time alone: what was captured before it. */
function readPosition(text: string | null): Position | undefined {
  if (text === null) return newest;
  const [, time, key = ""] = /^(\d{1,15})(?: (.*))?$/s.exec(text) ?? [];
  return time === undefined || Number(time) > newest.time ? undefined : { time: Number(time), key };
}

/** Only faces can be asked for: other objects may be anything. */
function faceKey({ reader }: Gallery, { searchParams }: URL): string | undefined {
  const key = searchParams.get("key") ?? "";
  const isSafe = !key.includes("\0") && key.split("/").every((part) => part !== "" && !part.startsWith("."));
  return isSafe && reader.layout.read(key).kind === "face" ? key : undefined;
}

async function sendLink(gallery: Gallery, url: URL, response: ServerResponse): Promise<void> {
  const key = faceKey(gallery, url);
  if (key === undefined) return refuse(response, 404, "there is no such face");
  const link = await gallery.reader.store.link(key, linkLifetime);
  const expiresAt = new Date(Date.now() + linkLifetime * 1000).toISOString();
  const answer: FaceLink = link === undefined ? {} : { url: link, expiresAt };
  sendJson(response, answer);
}

async function sendPicture(gallery: Gallery, url: URL, response: ServerResponse): Promise<void> {
  const key = faceKey(gallery, url);
  const picture = key === undefined ? undefined : await gallery.pictures.read(key, gallery.stop);
  if (!picture) return refuse(response, 404, "there is no such face");
  // An object never changes; but it may be erased, and then the browser must not show it for long.
  response.setHeader("Cache-Control", "private, max-age=300");
  response.writeHead(200, { "Content-Type": picture.contentType, "Content-Length": picture.body.length });
  response.end(picture.body);
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { "Content-Type": "application/json", "Cache-Control": "no-store" });
  response.end(JSON.stringify(value));
}
