import type { Pipeline } from "../../test/drill/pipeline.ts";
import { descendants, memory } from "../support/processes.ts";

/** Memory of a process over time, in one of its lives: a restarted process is another. */
interface Series {
  readonly name: string;
  /** Resident set sizes, MB, one for each sample. */
  readonly samples: number[];
}

export interface MemoryUse {
  readonly name: string;
  /** The most while it warmed up, the most of all, and the largest growth from one to the other in one life, MB. */
  readonly start: number;
  readonly most: number;
  readonly growth: number;
}

const interval = 1000;

/** Samples the memory of every process of the pipeline each second, until stopped. */
export class MemorySampler {
  readonly #series = new Map<number, Series>();
  readonly #timer: NodeJS.Timeout;

  constructor(pipeline: Pipeline) {
    this.#timer = setInterval(() => this.#sample(pipeline), interval);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** `warmUp`: until the code is loaded and compiled, seconds. */
  uses(warmUp: number): MemoryUse[] {
    const all = [...this.#series.values()];
    const names = [...new Set(all.map(({ name }) => name))];
    return names.map((name) => {
      const lives = all.filter((series) => series.name === name).map(({ samples }) => samples);
      return summarize(name, lives, warmUp);
    });
  }

  #sample({ detect, forward, store, edge, cloud }: Pipeline): void {
    const worker = detect.life && attempt(() => descendants(detect.life?.pid ?? 0))?.[0];
    const pids = {
      detect: detect.life?.pid,
      "detect's worker": worker,
      "edge broker": edge.pid,
      forward: forward.life?.pid,
      "cloud broker": cloud.pid,
      store: store.life?.pid,
    };
    for (const [name, pid] of Object.entries(pids)) {
      const used = pid === undefined ? undefined : attempt(() => memory(pid).resident);
      if (pid === undefined || used === undefined) continue;
      const series: Series = this.#series.get(pid) ?? { name, samples: [] };
      this.#series.set(pid, series);
      series.samples.push(used);
    }
  }
}

function summarize(name: string, lives: readonly (readonly number[])[], warmUp: number): MemoryUse {
  const growths = lives.map((samples) => {
    const start = Math.max(...samples.slice(0, warmUp));
    return { start, growth: Math.max(start, ...samples.slice(warmUp)) - start };
  });
  const { start, growth } = growths.reduce((most, each) => (each.growth > most.growth ? each : most));
  return { name, start, most: Math.max(...lives.flat()), growth };
}

/** Undefined when the process has just ended. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
