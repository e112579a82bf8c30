import assert from "node:assert/strict";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { ErrorCode } from "../../../src/base/error-codes.ts";
import { UserError } from "../../../src/base/errors.ts";
import { type DownloadOptions, downloadModel } from "../../../src/vision/model/download-model.ts";
import { emptyFolder } from "../../support/folder.ts";
import { type Answer, inventedModel, modelServer } from "./server.ts";

/** A server with these answers about a model, and a folder to download it to. */
export async function scene(t: TestContext, answers: (bytes: Buffer) => readonly Answer[]) {
  const { bytes, model } = inventedModel();
  const server = await modelServer(t, ...answers(bytes));
  const folder = join(emptyFolder(t), "cache");
  const goal = join(folder, model.name);
  const signal = new AbortController().signal;
  const download = (more: Partial<DownloadOptions> = {}) =>
    downloadModel(goal, { signal, url: server.url, model, ...more });
  return { bytes, model, folder, goal, download, ...server };
}

/** Checks an error: a UserError with this code, exit code and sentence. */
export const fails = (code: ErrorCode, exitCode: number, sentence: RegExp) => (error: unknown) => {
  assert.ok(error instanceof UserError, String(error));
  assert.match(error.sentence, sentence);
  assert.deepEqual([error.code, error.exitCode], [code, exitCode]);
  return true;
};
