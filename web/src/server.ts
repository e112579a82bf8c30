import type { CameraList, FaceEntry, FaceLink, FacePage, LiveState } from "../../src/roles/gallery/api.d.ts";

export type { FaceEntry, FacePage, LiveState };

export const cameraList = () => get<CameraList>("/api/cameras", {});

/** `camera` "" is all; `before` "" is the newest page. */
export function facePage(camera: string, before: string, signal: AbortSignal): Promise<FacePage> {
  return get<FacePage>("/api/faces", { camera, before }, signal);
}

export const faceLink = (key: string) => get<FaceLink>("/api/link", { key });

export function pictureUrl(key: string): string {
  return `/picture?${new URLSearchParams({ key })}`;
}

interface Listeners {
  readonly onOpen: () => void;
  readonly onFace: (entry: FaceEntry) => void;
  readonly onStored: (keys: readonly string[]) => void;
  readonly onState: (state: LiveState) => void;
  readonly onLost: () => void;
}

/** Receives what arrives; the browser connects again by itself when the server was away. */
export function listen({ onOpen, onFace, onStored, onState, onLost }: Listeners): void {
  const source = new EventSource("/api/live");
  source.addEventListener("open", onOpen);
  source.addEventListener("face", ({ data }) => onFace(JSON.parse(data)));
  source.addEventListener("stored", ({ data }) => onStored(JSON.parse(data)));
  source.addEventListener("state", ({ data }) => onState(JSON.parse(data)));
  source.addEventListener("error", onLost);
}

async function get<T>(
  path: string,
  values: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<T> {
  const query = new URLSearchParams(Object.entries(values).filter(([, value]) => value !== ""));
  const response = await fetch(`${path}?${query}`, signal ? { signal } : {});
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}
