/** What the server of the page answers, for the page and for the server; types only. */

/** One stored face, or one that has just been published. */
export interface FaceEntry {
  readonly key: string;
  /** The camera's folder in the store, its site included: `site-a/door`. */
  readonly folder: string;
  /** RFC 3339, UTC. */
  readonly capturedAt: string;
  /** False while its receipt has not come. */
  readonly isStored: boolean;
  /** From the picture; absent when it cannot be read. */
  readonly facts?: EntryFacts | undefined;
}

export interface EntryFacts {
  readonly id: string;
  readonly camera: string;
  readonly epoch: string;
  readonly seq: number;
  readonly visit?: string | undefined;
  readonly quality?: number | undefined;
  readonly score: number;
  readonly detector: string;
  readonly frame: { readonly width: number; readonly height: number; readonly index: number };
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
}

export interface FacePage {
  readonly faces: readonly FaceEntry[];
  /** The parameter `before` of the next page; absent at the end. */
  readonly next?: string | undefined;
}

export interface CameraList {
  readonly cameras: readonly string[];
  /** The store, as people write it. */
  readonly store: string;
}

/** `url` is absent for a directory, which has no address but this server's. */
export interface FaceLink {
  readonly url?: string | undefined;
  /** RFC 3339, UTC. */
  readonly expiresAt?: string | undefined;
}

/** Since this server started. */
export interface LiveState {
  /** `none`: it was started without a broker. */
  readonly broker: "none" | "connected" | "lost";
  /** Why the store cannot be read; absent while it can. */
  readonly storeFault?: string | undefined;
  readonly since: string;
  /** Faces received at the broker; those with a receipt; those that a rule dropped. */
  readonly received: number;
  readonly stored: number;
  readonly refused: number;
}
