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
  const url = process.env.FACEPIPE_MODEL_URL || undefined;
  const limits = { signal: AbortSignal.timeout(60_000), patience: 10_000, tries: 1 };
  try {
    await sayWhile(step, "downloading YuNet", () => fetchModel({ url, ...limits }));
  } catch (error) {
    if (!["UserError", "TimeoutError"].includes(error.name)) throw error;
    const why = error.sentence ?? "it takes more than 60 s.";
    say(
      step,
      `faces are found with the Haar cascade, which misses most, until YuNet's model is here: ${why}`,
    );
  }
}
