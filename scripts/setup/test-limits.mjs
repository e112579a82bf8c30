/**
 * Loaded into each test file's process: a test that hangs, and a file that does not end, fail with a name.
 * Node 20's --test-timeout does not do it: it stops the whole file and names no test.
 */
import { after, afterEach, beforeEach } from "node:test";

const testSeconds = Number(process.env.FACEPIPE_TEST_SECONDS ?? 180);
const timers = new Map();

function giveUp(reason) {
  console.error(reason);
  process.exit(1);
}

beforeEach(({ name }) => {
  const hangs = () => giveUp(`The test "${name}" has not ended in ${testSeconds} s.`);
  timers.set(name, setTimeout(hangs, testSeconds * 1000));
});

afterEach(({ name }) => clearTimeout(timers.get(name)));

after(() => {
  const open = () => process.getActiveResourcesInfo().join(", ");
  setTimeout(() => giveUp(`All tests have ended, but something is still open: ${open()}`), 15_000).unref();
});
