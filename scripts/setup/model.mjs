import { say, sayWhile } from "./say.mjs";

const step = "face model";

/**
 * Downloads YuNet's model, unless it is there. Set-up goes on without a network, and soon: detect uses the Haar cascade
 * then.
 */
export async function fetchFaceModel() {
  // Only now: set-up has just built it.
  const { cachedModel, findModel } = await import("../../dist/vision/model/find-model.js");
  if (await findModel()) return;
  const { downloadModel } = await import("../../dist/vision/model/download-model.js");
  const { yunetModel } = await import("../../dist/vision/model/yunet-model.js");
  const url = process.env.FACEPIPE_MODEL_URL || undefined;
  const limits = { signal: AbortSignal.timeout(60_000), timeout: 10_000, attempts: 1 };
  try {
    await sayWhile(step, "downloading YuNet", () => downloadModel(cachedModel(), { url, ...limits }));
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
