import type { SeenFrame, SourceInfo, VisionSettings } from "./types.ts";

/** What the parent says to the vision process. */
export type ToChild =
  /** Said once. `credits` frames may be sent before the parent asks for more. */
  | {
      readonly kind: "open";
      readonly settings: VisionSettings;
      readonly firstIndex: number;
      readonly credits: number;
    }
  /** One frame was used up: one more may be sent. */
  | { readonly kind: "credit" }
  | { readonly kind: "stop" };

/** What the vision process says to the parent. All plain data and Buffers. */
export type FromChild =
  | { readonly kind: "opened"; readonly info: SourceInfo }
  | { readonly kind: "frame"; readonly frame: SeenFrame }
  /** Frames arrive but none may be sent or looked at: the camera is well, the reader is slow. */
  | { readonly kind: "alive" }
  | { readonly kind: "warning"; readonly text: string }
  /** The source came to its end, or the parent said stop. */
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly exitCode: number; readonly message: string; readonly remedy: string }
  | { readonly kind: "bug"; readonly stack: string };
