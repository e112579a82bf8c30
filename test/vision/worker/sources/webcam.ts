import { type Cv, loadOpenCv, type Mat } from "../../../../src/vision/worker/opencv.ts";

/** A mode of a webcam: what V4L2 lists for it. */
export interface CameraMode {
  readonly format: "MJPG" | "YUYV" | "NV12";
  readonly width: number;
  readonly height: number;
  /** Most frames per second in this mode. */
  readonly rate: number;
}

export interface Camera {
  readonly modes: readonly CameraMode[];
  /** What it does wrong. */
  readonly fault?:
    | "tells no rate"
    | "tells nonsense"
    | "refuses to be set"
    | "throws when it is set"
    | "stops when it is set"
    | "delivers no JPEG"
    | "delivers another size"
    | "delivers nothing";
}

const real = loadOpenCv();
const fourcc = (letters: string) => Buffer.from(letters).readUInt32LE();
const jpegs = new Map<string, Buffer>();

/** JPEGs are encoded once for each size: it takes longer than a test should. */
function jpegOf(width: number, height: number): Buffer {
  const key = `${width}x${height}`;
  const known =
    jpegs.get(key) ?? real.imencode(".jpg", new real.Mat(height, width, real.CV_8UC3, [9, 99, 200]));
  jpegs.set(key, known);
  return known;
}

/**
 * The addon with a stand-in for its VideoCapture: a webcam as OpenCV's V4L2 backend shows it. A setting takes the nearest
 * mode and always says that it worked; a format that the camera does not have becomes the first raw one.
 */
export function cvWith(camera: Camera): { cv: Cv; opened: StandIn[] } {
  const opened: StandIn[] = [];
  class VideoCapture extends StandIn {
    constructor(_: string | number) {
      super(camera);
      opened.push(this);
    }
  }
  return { cv: Object.create(real, { VideoCapture: { value: VideoCapture } }) as Cv, opened };
}

export class StandIn {
  readonly #camera: Camera;
  #format: string;
  /** What was asked for, as OpenCV remembers it. */
  #asked = { width: 640, height: 480, rate: 30 };
  #width = 0;
  #mode: CameraMode;
  #encoded = false;
  #changes = 0;
  reads = 0;
  isReleased = false;

  constructor(camera: Camera) {
    this.#camera = camera;
    this.#format = this.#rawFormat();
    this.#mode = this.#nearest();
  }

  get mode(): CameraMode {
    return this.#mode;
  }

  set(property: number, value: number): boolean {
    const { fault } = this.#camera;
    if (this.reads > 0 && property !== real.CAP_PROP_CONVERT_RGB) throw new Error("it is streaming");
    if (fault === "throws when it is set") throw new Error("VideoCapture::Set - it failed");
    if (fault === "refuses to be set") return false;
    this.#changes++;
    if (property === real.CAP_PROP_CONVERT_RGB) this.#encoded = value === 0;
    if (property === real.CAP_PROP_FOURCC) {
      const has = this.#camera.modes.some(({ format }) => fourcc(format) === value);
      const letters = Buffer.alloc(4);
      letters.writeUInt32LE(value);
      this.#format = has ? letters.toString() : this.#rawFormat();
    }
    // OpenCV waits for the height before it asks the driver.
    if (property === real.CAP_PROP_FRAME_WIDTH) this.#width = value;
    if (property === real.CAP_PROP_FRAME_HEIGHT)
      this.#asked = { ...this.#asked, width: this.#width, height: value };
    if (property === real.CAP_PROP_FPS) this.#asked = { ...this.#asked, rate: value };
    this.#mode = this.#nearest();
    return true;
  }

  get(property: number): number {
    const { fault } = this.#camera;
    const { format, width, height, rate } = this.#mode;
    const nonsense = fault === "tells nonsense";
    if (property === real.CAP_PROP_FOURCC) return nonsense ? -1 : fourcc(format);
    if (property === real.CAP_PROP_FRAME_WIDTH) return nonsense ? 0 : width;
    if (property === real.CAP_PROP_FRAME_HEIGHT) return nonsense ? -1 : height;
    if (property === real.CAP_PROP_FPS) {
      if (fault === "tells no rate") return 0;
      return nonsense ? Number.NaN : Math.min(rate, this.#asked.rate);
    }
    return 0;
  }

  grab(): boolean {
    const { fault } = this.#camera;
    this.reads++;
    return fault !== "delivers nothing" && !(fault === "stops when it is set" && this.#changes > 0);
  }

  retrieve(): Mat {
    const { fault } = this.#camera;
    const { format, width, height } = this.#mode;
    const half = fault === "delivers another size" ? 2 : 1;
    if (format === "MJPG" && this.#encoded) {
      const bytes =
        fault === "delivers no JPEG" ? Buffer.from("no picture") : jpegOf(width / half, height / half);
      return new real.Mat(bytes, 1, bytes.length, real.CV_8UC1);
    }
    return new real.Mat(height / half, width / half, real.CV_8UC3, [9, 99, 200]);
  }

  release(): void {
    this.isReleased = true;
  }

  #rawFormat(): string {
    const { modes } = this.#camera;
    return (modes.find(({ format }) => format !== "MJPG") ?? modes[0])?.format ?? "YUYV";
  }

  /** The size is nearest by its area, as in the kernel's UVC driver. */
  #nearest(): CameraMode {
    const { width, height } = this.#asked;
    const distance = (mode: CameraMode) => Math.abs(mode.width * mode.height - width * height);
    const modes = this.#camera.modes.filter(({ format }) => format === this.#format);
    return modes.reduce((a, b) => (distance(b) < distance(a) ? b : a));
  }
}
