import { startDelayProxy } from "../../test/support/delay-proxy.ts";

/** A process of its own, so that the line's work is not that of the benchmark: `slow-line.ts PORT MILLISECONDS`. */
const [target, rtt] = process.argv.slice(2).map(Number);
const proxy = await startDelayProxy({ target: target ?? 0, rtt: rtt ?? 0 });
process.stdout.write(`${proxy.port}\n`);
