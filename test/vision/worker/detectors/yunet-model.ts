import { existsSync } from "node:fs";
import { join } from "node:path";
import { findModel } from "../../../../src/vision/model/find-model.ts";
import type { DetectorSettings } from "../../../../src/vision/types.ts";

const { FACEPIPE_TEST_DATA = "../shared/data" } = process.env;
const shared = join(FACEPIPE_TEST_DATA, "models/yunet_n_dynamic.onnx");

/** The path of YuNet's model where there is one. */
export const modelPath = existsSync(shared) ? shared : await findModel();

/** For a test's `skip`. */
export const noModel =
  modelPath === undefined && `needs YuNet's model: ${shared} (FACEPIPE_TEST_DATA), or in the cache`;

export const yunet: DetectorSettings = { name: "yunet", model: modelPath ?? "", width: 320 };
