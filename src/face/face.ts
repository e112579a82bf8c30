/** A rectangle in pixels of the camera's frame; x and y are its upper left corner. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A point in pixels of the camera's frame, fractions included. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The points of a face that a detector may find; right and left are the person's. */
export const landmarkNames = ["rightEye", "leftEye", "nose", "rightMouth", "leftMouth"] as const;
export type Landmarks = Readonly<Record<(typeof landmarkNames)[number], Point>>;

/** Landmarks from a function of their name and their index in `landmarkNames`. */
export function landmarksOf(point: (name: keyof Landmarks, nth: number) => Point): Landmarks {
  return Object.fromEntries(landmarkNames.map((name, nth) => [name, point(name, nth)])) as Landmarks;
}

export type PictureFormat = "png" | "jpeg";

/** What the picture of a face was before it was made smaller. */
export interface OriginalPicture {
  /** Of the whole message, facts included. */
  readonly bytes: number;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly format: PictureFormat;
}

/** What is known about a face; stored as JSON inside its picture. */
export interface FaceFacts {
  /** Version of this format. */
  readonly v: 1;
  /** UUIDv7 that holds the epoch's tag and the sequence number, see face-id.ts. */
  readonly id: string;
  readonly camera: string;
  /** UUIDv7, made once for each camera when detect starts. */
  readonly epoch: string;
  /** 1, 2, 3 ... within the epoch, without gaps. */
  readonly seq: number;
  /** RFC 3339, UTC, milliseconds. */
  readonly capturedAt: string;
  readonly frame: { readonly width: number; readonly height: number; readonly index: number };
  readonly box: Box;
  /** The part of the frame that the picture shows: the box with its margin, clipped; absent in older messages. */
  readonly crop?: Box | undefined;
  /**
   * Only when the face is turned and scaled by its landmarks; `crop` is then the bounding rectangle of the part of the frame
   * that the picture shows.
   */
  readonly aligned?: true | undefined;
  /** The detector's confidence, 0..1. */
  readonly score: number;
  readonly detector: string;
  /** The visit, 1, 2, 3 ... within camera and epoch; absent in older messages. */
  readonly visit?: string | undefined;
  /** How good a picture of a face this is, 0..1; absent in older messages. */
  readonly quality?: number | undefined;
  /** Only from a detector that finds them. */
  readonly landmarks?: Landmarks | undefined;
  /** Only when the picture was made smaller, because a broker does not take larger messages. */
  readonly reduced?: OriginalPicture | undefined;
}
