import { say, sayWhile } from "./say.mjs";

const step = "face model";

/**
 * Downloads YuNet's model, unless it is at hand. A network that does not give it stops nothing, nor for long: detect
 * takes the Haar cascade then.
 */
export async function fetchFaceModel() {
  // Only now: set-up has just built it.
  const { findModel } = await import("../../dist/vision/model/places.js");
  if (await findModel()) return;
  const { fetchModel } = await import("../../dist/vision/model/fetch-model.js");
  const { yunetModel } = await import("../../dist/vision/model/model-file.js");
  const url = process.env.FACEPIPE_MODEL_URL || undefined;
  const limits = { signal: AbortSignal.timeout(60_000), patience: 10_000, tries: 1 };
  try {
    await sayWhile(step, "downloading YuNet", () => fetchModel({ url, ...limits }));
  } catch (error) {
    if (!["UserError", "TimeoutError"].includes(error.name)) throw error;
    const why = error.name === "UserError" ? error.message : "cannot download the face model within 60 s";
    say(
      step,
      `${why}: until it is here faces are found with the Haar cascade, which misses most. ` +
        `The next start tries again; --model FILE takes a copy of ${yunetModel.url}`,
    );
  }
}
