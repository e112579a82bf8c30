/** What a test does with a broker, of whichever maker. */
export interface TestBroker {
  readonly url: string;
  /** All that it has written to its log. */
  readonly log: string;
  /** Kills it (SIGKILL) if it runs and starts it again: same port, same data. Resolves when it accepts connections. */
  restart(): Promise<void>;
  /** SIGKILL: nothing is saved, no connection is closed in order. */
  kill(): Promise<void>;
  /** Kills it and removes its data. */
  stop(): Promise<void>;
}
