/**
 * Loaded into each test file's process: reports the name of a test that hangs, and a file that does not end.
 * Node 20's --test-timeout stops the whole file and names no test.
 */
import { after, afterEach, beforeEach } from "node:test";

const testSeconds = Number(process.env.FACEPIPE_TEST_SECONDS ?? 180);
const timers = new Map();

function abort(reason) {
  console.error(reason);
  process.exit(1);
}

beforeEach(({ name }) => {
  const onTimeout = () => abort(`The test "${name}" has not ended in ${testSeconds} s.`);
  timers.set(name, setTimeout(onTimeout, testSeconds * 1000));
});

afterEach(({ name }) => clearTimeout(timers.get(name)));

after(() => {
  const open = () => process.getActiveResourcesInfo().join(", ");
  const limit = () =>
    setTimeout(() => abort(`All tests have ended, but something is still open: ${open()}`), 15_000).unref();
  // Not before the file's own hooks: one that deletes a large folder blocks for longer on a busy disk.
  setTimeout(limit, 0).unref();
});
