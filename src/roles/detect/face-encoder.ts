import type { FaceFacts } from "../../face/face.ts";
import { faceId, newEpoch } from "../../face/face-id.ts";
import { encodeFace } from "../../face/message.ts";
import type { CapturedFace } from "../../vision/types.ts";
import { commonFacts } from "./face-output.ts";

/** A face as a message, and what its receiver needs to know to keep it in order. */
export interface EncodedFace {
  readonly camera: string;
  readonly epoch: string;
  readonly seq: number;
  readonly visit: string;
  readonly quality: number;
  /** Milliseconds since 1970. */
  readonly capturedAt: number;
  readonly payload: Buffer;
  /** As in the payload. */
  readonly facts: FaceFacts;
}

/** Numbers the faces of each camera, 1, 2, 3 ..., and writes their facts into their pictures. */
export class FaceEncoder {
  readonly #epochs = new Map<string, { readonly epoch: string; seq: number }>();

  constructor(cameras: readonly string[]) {
    for (const camera of cameras) this.#epochs.set(camera, { epoch: newEpoch(), seq: 0 });
  }

  /** Each camera's epoch and last sequence number. */
  get epochs(): { readonly camera: string; readonly epoch: string; readonly last: number }[] {
    return [...this.#epochs].map(([camera, { epoch, seq }]) => ({ camera, epoch, last: seq }));
  }

  encode(camera: string, face: CapturedFace): EncodedFace {
    const state = this.#epochs.get(camera);
    if (!state) throw new Error(`${camera} is not one of the cameras`);
    const { epoch } = state;
    const seq = ++state.seq;
    const { capturedAt: time, quality, format, picture, frame } = face;
    const { capturedAt, ...more } = commonFacts(face);
    const id = faceId(time, epoch, seq);
    const facts: FaceFacts = { v: 1, id, camera, epoch, seq, capturedAt, frame, ...more };
    const payload = encodeFace(picture, format, facts);
    return { camera, epoch, seq, visit: more.visit, quality, capturedAt: time, payload, facts };
  }
}
