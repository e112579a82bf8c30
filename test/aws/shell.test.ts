import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { test } from "node:test";
import { findCommand } from "../support/commands.ts";
import { folder } from "./scripts.ts";

const skip = findCommand("shellcheck") ? false : "needs shellcheck (Debian: shellcheck)";

test("shellcheck finds nothing in the scripts", { skip }, () => {
  const files = execFileSync("find", [folder, "-name", "*.sh", "-not", "-path", "*/user-data/*"], {
    encoding: "utf8",
  });
  const { stdout } = spawnSync("shellcheck", ["--external-sources", ...files.trim().split("\n")], {
    encoding: "utf8",
  });
  assert.equal(stdout, "");
});

for (const runtime of ["k3s", "docker"]) {
  test(`shellcheck finds nothing in the user data for ${runtime}`, { skip }, () => {
    const head = "#!/bin/sh\nREGION=x\nVERSION=x\nexport SHA256=x\n";
    const parts = ["start.sh", `${runtime}.sh`].map((name) => `${folder}/user-data/${name}`);
    const body = execFileSync("cat", parts, { encoding: "utf8" });
    const { stdout } = spawnSync("shellcheck", ["-"], { encoding: "utf8", input: head + body });
    assert.equal(stdout, "");
  });
}
