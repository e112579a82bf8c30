import { eventFields } from "../../base/log-events.ts";
import { fetchModel } from "../../vision/model/fetch-model.ts";
import { findModel } from "../../vision/model/places.ts";
import type { DetectorSettings } from "../../vision/types.ts";
import type { RoleContext } from "../role.ts";

export interface DetectorChoice {
  readonly detector: "auto" | "haar" | "yunet";
  /** Path of a model file. */
  readonly model?: string | undefined;
  readonly modelUrl?: string | undefined;
  readonly detectWidth: number;
}

/**
 * The detector that was asked for; undefined when told to stop before. YuNet's model is fetched when it is asked for by name; `auto` takes what is at hand.
 * @throws UserError when the model can neither be found nor fetched.
 */
export async function chooseDetector(
  choice: DetectorChoice,
  context: RoleContext,
): Promise<DetectorSettings | undefined> {
  const { detector, model, modelUrl, detectWidth: width } = choice;
  if (detector === "haar") return { name: "haar" };
  const found = model ?? (await findModel());
  if (found !== undefined) return { name: "yunet", model: found, width };
  if (detector === "yunet") {
    const fetched = await download(modelUrl, context);
    return fetched === undefined ? undefined : { name: "yunet", model: fetched, width };
  }
  context.log.warn(
    eventFields("model_missing"),
    "YuNet's model is not here: looking with the Haar cascade, which misses most faces that are small or turned. " +
      "`--detector yunet` fetches the model once (320 kB), `--model FILE` takes a copy",
  );
  return { name: "haar" };
}

async function download(
  url: string | undefined,
  { log, terminal, stop }: RoleContext,
): Promise<string | undefined> {
  log.info(eventFields("model_download"), "fetching YuNet's model, once");
  let shown: Promise<void> | undefined;
  try {
    return await fetchModel({
      signal: stop,
      url,
      onProgress: (done, total) => {
        shown ??= terminal.startBar(total, "{bar} {percentage}%  {value}/{total} bytes");
        terminal.updateBar(done, {});
      },
    });
  } catch (error) {
    if (stop.aborted) return undefined;
    throw error;
  } finally {
    await shown;
    terminal.stopBar();
  }
}
