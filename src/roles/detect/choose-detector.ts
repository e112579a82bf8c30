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

/** Chooses the detectors of several cameras: the model is looked for, downloaded and reported missing once. */
export class DetectorChooser {
  readonly #context: RoleContext;
  #installed: Promise<string | undefined> | undefined;
  #downloaded: Promise<string | undefined> | undefined;
  #hasWarned = false;

  constructor(context: RoleContext) {
    this.#context = context;
  }

  /**
   * The detector for `--detector`; undefined when stopped before. YuNet's model is downloaded when YuNet is asked for by
   * name; `auto` uses YuNet only when the model is already there.
   * @throws UserError when the model can neither be found nor downloaded, or is missing for `align`.
   */
  async choose({
    detector,
    model,
    modelUrl,
    detectWidth: width,
    align,
  }: DetectorChoice): Promise<DetectorSettings | undefined> {
    if (detector === "haar") return { name: "haar" };
    const local = model ?? (await this.#find());
    if (local !== undefined) return { name: "yunet", model: local, width };
    if (detector === "yunet") {
      // They all download to the same file.
      this.#downloaded ??= download(modelUrl, this.#context);
      const downloaded = await this.#downloaded;
      return downloaded === undefined ? undefined : { name: "yunet", model: downloaded, width };
    }
    if (align)
      throw new UserError(
        "MODEL_MISSING",
        "--align needs YuNet, whose model is not installed",
        "`--detector yunet` downloads the model once (320 kB); `--model FILE` uses a copy",
      );
    this.#warn();
    return { name: "haar" };
  }

  /** The model that is installed, or was downloaded for another camera. */
  async #find(): Promise<string | undefined> {
    this.#installed ??= findModel();
    return (await this.#installed) ?? (await this.#downloaded);
  }

  #warn(): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    this.#context.log.warn(
      eventFields("model_missing"),
      "YuNet's model is not installed: using the Haar cascade, which misses most small or turned faces. " +
        "`--detector yunet` downloads the model once (320 kB); `--model FILE` uses a copy",
    );
  }
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
