import { bridge, facepipe, paho } from "./forward/forwarders.ts";
import { type Figure, forwardOnce } from "./forward/measure-forward.ts";
import { readOptions } from "./support/command-line.ts";
import { type Columns, report } from "./support/report.ts";
import { runRounds } from "./support/rounds.ts";

const { numbers, json } = readOptions({ rounds: 3, messages: 20_000, bytes: 10_000 });
const { rounds, messages, bytes } = numbers;

const implementations = Object.entries({
  "paho (acknowledges on arrival)": paho,
  "facepipe forward": facepipe,
  "Mosquitto's bridge": bridge,
}).map(([name, prepare]) => ({ name, run: () => forwardOnce(messages, () => prepare({ messages, bytes })) }));

const columns: Columns<Figure> = {
  steady: ["messages/s", 0],
  total: ["with its start", 0],
  cpu: ["CPU s/10,000", 2],
  cpuWithBroker: ["with source broker", 2],
};

const results = await runRounds(implementations, rounds);
const steady = (name: string) => results.get(name)?.steady.median ?? Number.NaN;
const ours = steady("facepipe forward");
report(
  `forward: a backlog of ${messages} messages of ${bytes} bytes at QoS 1, from one Mosquitto to another`,
  columns,
  results,
  [
    {
      what: "messages/s of facepipe to paho",
      value: ours / steady("paho (acknowledges on arrival)"),
      atLeast: 1.3,
    },
    {
      what: "messages/s of facepipe to the bridge",
      value: ours / steady("Mosquitto's bridge"),
      atLeast: 0.3,
    },
  ],
  json,
);
