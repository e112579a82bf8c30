import { readFile } from "node:fs/promises";
import { suite } from "node:test";
import { testSinkContract } from "../contract.ts";
import { openSink } from "./fixture.ts";

suite("file: contract", () => {
  testSinkContract({
    async open(t) {
      const sink = await openSink(t);
      return { sink, read: (key) => readFile(sink.locate(key)) };
    },
    losers: ["conflict"],
  });
});
