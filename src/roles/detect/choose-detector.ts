import { UserError } from "../../base/errors.ts";
import { eventFields } from "../../base/log-events.ts";
import { downloadModel } from "../../vision/model/download-model.ts";
import { cachedModel, findModel } from "../../vision/model/find-model.ts";
import type { DetectorSettings } from "../../vision/types.ts";
import type { RoleContext } from "../role.ts";

export interface DetectorChoice {
  readonly detector: "auto" | "haar" | "yunet";
  /** Path of a model file. */
  readonly model?: string | undefined;
  readonly modelUrl?: string | undefined;
  readonly detectWidth?: number | undefined;
  /** Faces are aligned by their landmarks, which only YuNet finds. */
  readonly align: boolean;
}

/**
 * The detector for `--detector`; undefined when stopped before. YuNet's model is downloaded when YuNet is asked for by
 * name; `auto` uses YuNet only when the model is already there.
 * @throws UserError when the model can neither be found nor downloaded, or is missing for `align`.
 */
export async function chooseDetector(
  choice: DetectorChoice,
  context: RoleContext,
): Promise<DetectorSettings | undefined> {
  const { detector, modelUrl, detectWidth: width } = choice;
  if (detector === "haar") return { name: "haar" };
  const local = choice.model ?? (await findModel());
  const model = local ?? (detector === "yunet" ? await download(modelUrl, context) : undefined);
  if (model !== undefined) return { name: "yunet", model, width };
  if (detector === "yunet") return undefined;
  if (choice.align)
    throw new UserError(
      "MODEL_MISSING",
      "--align needs YuNet, whose model is not installed",
      "`--detector yunet` downloads the model once (320 kB); `--model FILE` uses a copy",
    );
  context.log.warn(
    eventFields("model_missing"),
    "YuNet's model is not installed: using the Haar cascade, which misses most small or turned faces. " +
      "`--detector yunet` downloads the model once (320 kB); `--model FILE` uses a copy",
  );
  return { name: "haar" };
}

async function download(
  url: string | undefined,
  { log, terminal, stop }: RoleContext,
): Promise<string | undefined> {
  log.info(eventFields("model_download"), "downloading YuNet's model, once");
  let bar: Promise<void> | undefined;
  const onProgress = (done: number, total: number) => {
    bar ??= terminal.startBar(total, "{bar} {percentage}%  {value}/{total} bytes");
    terminal.updateBar(done, {});
  };
  try {
    return await downloadModel(cachedModel(), { signal: stop, url, onProgress });
  } catch (error) {
    if (stop.aborted) return undefined;
    throw error;
  } finally {
    await bar;
    terminal.stopBar();
  }
}
