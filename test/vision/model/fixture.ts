import assert from "node:assert/strict";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { UserError } from "../../../src/base/errors.ts";
import { type FetchOptions, fetchModel } from "../../../src/vision/model/fetch-model.ts";
import { emptyFolder } from "../../support/folder.ts";
import { type Answer, inventedModel, modelServer } from "./server.ts";

/** A server with these answers about a model, and a folder to fetch it to. */
export async function scene(t: TestContext, answers: (bytes: Buffer) => readonly Answer[]) {
  const { bytes, model } = inventedModel();
  const server = await modelServer(t, ...answers(bytes));
  const folder = join(emptyFolder(t), "cache");
  const goal = join(folder, model.name);
  const signal = new AbortController().signal;
  const fetchIt = (more: Partial<FetchOptions> = {}) => {
    const onProgress = more.onProgress ?? server.cut;
    return fetchModel({ signal, url: server.url, folder, model, ...more, onProgress });
  };
  return { bytes, model, folder, goal, part: `${goal}.part`, fetchIt, ...server };
}

/** Checks an error: a UserError with this exit code and sentence. */
export const exits = (exitCode: number, sentence: RegExp) => (error: unknown) => {
  assert.ok(error instanceof UserError, String(error));
  assert.match(error.sentence, sentence);
  assert.equal(error.exitCode, exitCode);
  return true;
};
