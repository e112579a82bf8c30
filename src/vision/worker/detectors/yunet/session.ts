import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type * as Onnx from "onnxruntime-node";
import { describe, UserError } from "../../../../base/errors.ts";

/** The model's outputs for each of its three grids, in the order of the grid's cells. */
export interface GridOutput {
  /** Pixels of the model's input between two cells. */
  readonly stride: number;
  /** Probability that the object at the cell is a face. */
  readonly cls: Float32Array;
  /** Probability that there is an object at the cell. */
  readonly obj: Float32Array;
  /** Four numbers per cell. */
  readonly bbox: Float32Array;
  /** Ten numbers per cell: x and y of five points. */
  readonly kps: Float32Array;
}

/** Runs the model on one image: blue, green and red planes of floats 0..255, each `width` by `height`. */
export type RunYunet = (planes: Float32Array, width: number, height: number) => Promise<GridOutput[]>;

const strides = [8, 16, 32] as const;

/**
 * Loads the model into ONNX Runtime.
 * @throws UserError when the file cannot be read, or is not YuNet for images of any size.
 */
export async function loadYunet(path: string, threads: number): Promise<RunYunet> {
  const ort = loadRuntime();
  const bytes = await readFile(path).catch((error) => {
    const message = `the model ${path} cannot be read: ${describe(error)}`;
    throw new UserError("MODEL_UNREADABLE", message, "Check --model", error);
  });
  const options = {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // Otherwise its threads would spin while they wait for the next frame.
    extra: { session: { intra_op: { allow_spinning: "0" } } },
    // Errors only: the warnings are about ONNX Runtime's own optimizations.
    logSeverityLevel: 3,
  } as const;
  const session = await ort.InferenceSession.create(bytes, options).catch((error) => {
    throw notYunet(path, describe(error), error);
  });
  const outputs = strides.flatMap((stride) =>
    ["cls", "obj", "bbox", "kps"].map((name) => `${name}_${stride}`),
  );
  const missing = outputs.filter((name) => !session.outputNames.includes(name));
  if (session.inputNames.join() !== "input" || missing.length > 0)
    throw notYunet(
      path,
      missing.length > 0 ? `it has no output ${missing.join(", ")}` : "it has other inputs",
    );
  const [input] = session.inputMetadata;
  if (input?.isTensor && input.shape.slice(2).some((side) => typeof side === "number"))
    throw notYunet(path, `it accepts images of ${input.shape.slice(2).reverse().join("x")} only`);
  return async (planes, width, height) => {
    const tensor = new ort.Tensor("float32", planes, [1, 3, height, width]);
    const results = await session.run({ input: tensor });
    const output = (name: string) => results[name]?.data as Float32Array;
    return strides.map((stride) => ({
      stride,
      cls: output(`cls_${stride}`),
      obj: output(`obj_${stride}`),
      bbox: output(`bbox_${stride}`),
      kps: output(`kps_${stride}`),
    }));
  };
}

/** With `require`: under `import`, the form of its exports depends on the loader. */
function loadRuntime(): typeof Onnx {
  try {
    return createRequire(import.meta.url)("onnxruntime-node");
  } catch (error) {
    const message = `ONNX Runtime, which runs YuNet, does not load here: ${describe(error)}`;
    const remedy = "`npm start` in facepipe's folder installs it; `--detector haar` works without it";
    throw new UserError("ONNX_RUNTIME_UNAVAILABLE", message, remedy, error);
  }
}

function notYunet(path: string, why: string, cause?: unknown) {
  const message = `${path} is not the model that facepipe runs: ${why}`;
  const remedy = "It runs yunet_n_dynamic.onnx; without --model it downloads it";
  return new UserError("MODEL_UNSUITABLE", message, remedy, cause);
}
