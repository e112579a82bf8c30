/** Frames per second of one face; more faces per second are more faces in a frame. */
const fps = 30;

/**
 * Arguments of detect: a live synthetic camera with `facesPerSecond`, in small frames so that detecting them costs
 * little; YuNet, which costs less than the Haar cascade, when there is a model.
 */
export function syntheticCamera(facesPerSecond: number, model?: string): string[] {
  const faces = Math.ceil(facesPerSecond / fps);
  const size = faces <= 2 ? "320x240" : "640x480";
  const camera = `synthetic:faces=${faces},size=${size},fps=${facesPerSecond / faces}`;
  const detector = model === undefined ? ["haar"] : ["yunet", "--model", model];
  return ["--camera", camera, "--emit", "all", "--every-frame", "--detector", ...detector];
}
