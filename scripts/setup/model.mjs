import { report, reportWhile } from "./report.mjs";

const step = "face model";

/**
 * Downloads YuNet's model, unless a copy is found. A failed download delays set-up by 60 s at most and does not stop
 * it: detect then uses the Haar cascade.
 */
export async function fetchFaceModel() {
  // Imported here, after set-up has built it.
  const { cachedModel, findModel } = await import("../../dist/vision/model/find-model.js");
  if (await findModel()) return;
  const { downloadModel } = await import("../../dist/vision/model/download-model.js");
  const { yunetModel } = await import("../../dist/vision/model/yunet-model.js");
  const url = process.env.FACEPIPE_MODEL_URL || undefined;
  const limits = { signal: AbortSignal.timeout(60_000), timeout: 10_000, attempts: 1 };
  try {
    await reportWhile(step, "downloading YuNet", () => downloadModel(cachedModel(), { url, ...limits }));
  } catch (error) {
    if (!["UserError", "TimeoutError"].includes(error.name)) throw error;
    const reason = error.name === "UserError" ? error.message : "cannot download the face model within 60 s";
    report(
      step,
      `${reason}: until it is downloaded, faces are detected with the Haar cascade, which misses most. ` +
        `The next start tries again; --model FILE accepts a copy of ${yunetModel.url}`,
    );
  }
}
