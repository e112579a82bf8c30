import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { findCommand } from "../support/commands.ts";

const skip = findCommand("promtool") ? false : "needs promtool (the Debian package prometheus)";

test("each alert fires when it should, and only then", { skip }, async () => {
  const promtool = (...args: string[]) => promisify(execFile)("promtool", args);
  await promtool("check", "rules", "deploy/prometheus/alerts.yaml");
  await promtool("test", "rules", "test/prometheus/cases.yaml");
});
