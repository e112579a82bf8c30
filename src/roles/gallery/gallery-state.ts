import type { StoreReader } from "./camera-folder.ts";
import type { Live } from "./live.ts";
import type { Pictures } from "./pictures.ts";

/** What a running gallery answers from. */
export interface Gallery {
  readonly reader: StoreReader;
  readonly pictures: Pictures;
  readonly live: Live;
  readonly stop: AbortSignal;
}
