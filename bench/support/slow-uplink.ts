import { startDelayProxy } from "../../test/support/delay-proxy.ts";

/** A proxy that delays, in a process of its own so that it costs the benchmark nothing: `slow-uplink.ts PORT MILLISECONDS`. */
const [target, rtt] = process.argv.slice(2).map(Number);
const proxy = await startDelayProxy({ target: target ?? 0, rtt: rtt ?? 0 });
process.stdout.write(`${proxy.port}\n`);
