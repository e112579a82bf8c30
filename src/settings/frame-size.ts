/** FFmpeg's names of the sizes that cameras have. */
const named: Readonly<Record<string, string>> = {
  qqvga: "160x120",
  qcif: "176x144",
  qvga: "320x240",
  cif: "352x288",
  nhd: "640x360",
  vga: "640x480",
  hd480: "852x480",
  svga: "800x600",
  qhd: "960x540",
  xga: "1024x768",
  hd720: "1280x720",
  sxga: "1280x1024",
  uxga: "1600x1200",
  hd1080: "1920x1080",
  wqhd: "2560x1440",
  uhd2160: "3840x2160",
};

/** Pixels. */
const smallest = 16;
const largest = 16_384;

interface FrameSize {
  readonly width: number;
  readonly height: number;
}

/** Reads `1280x720`, or one of FFmpeg's names for it; throws an Error when it is no size. */
export function readFrameSize(text: string): FrameSize {
  const given = text.trim().toLowerCase();
  const [, width, height] = /^(\d+)\s*[x×]\s*(\d+)$/.exec(named[given] ?? given) ?? [];
  if (!width || !height)
    throw new Error(`must be a size such as 1280x720, or one of ${Object.keys(named).join(", ")}`);
  const size = { width: Number(width), height: Number(height) };
  for (const side of [size.width, size.height])
    if (side < smallest || side > largest)
      throw new Error(`must have a width and a height from ${smallest} to ${largest} pixels`);
  return size;
}

/** Reads frames per second, `30`, `29.97` or `30000/1001`; throws an Error when it is none. */
export function readFrameRate(text: string): number {
  const [, count = "", seconds = "1"] = /^(\d*\.?\d+)(?:\/(\d*\.?\d+))?$/.exec(text.trim()) ?? [];
  const rate = Number(count) / Number(seconds);
  if (count === "" || !(rate >= 1 && rate <= 1000)) throw new Error("must be 1 to 1000 frames per second");
  return rate;
}
