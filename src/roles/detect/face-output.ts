import type { CapturedFace } from "../../vision/types.ts";
import type { RoleContext } from "../role.ts";

/** Where detect sends its faces. */
export interface FaceOutput {
  /** Called once, when the cameras are open. */
  open(): Promise<void>;
  /** Accepts a face; resolves when there is room for the next (back pressure). */
  send(camera: string, face: CapturedFace): Promise<void>;
  /**
   * Resolves when every face is delivered or on disk, with the number that the broker acknowledged. `isComplete`: the
   * sources ended by themselves, so that a face that was dropped is a failure.
   */
  close(isComplete: boolean): Promise<number>;
}

/** `--dry-run`: prints one JSON line per face; there is no broker. */
export function printFaces({ print }: RoleContext): FaceOutput {
  return {
    open: async () => undefined,
    send: async (camera, face) => {
      const { capturedAt, ...facts } = commonFacts(face);
      print(JSON.stringify({ camera, frame: face.frame.index, capturedAt, ...facts, file: face.file }));
    },
    close: async () => 0,
  };
}

/** The facts of a face that every output contains, in this order. */
export function commonFacts(face: CapturedFace) {
  const { box, crop, aligned, score, detector, quality, landmarks } = face;
  const capturedAt = new Date(face.capturedAt).toISOString();
  const visit = String(face.visit);
  return { capturedAt, box, crop, aligned, score, detector, visit, quality, landmarks };
}
