import { facepipeCommand, peerCommand, startProgram } from "../support/programs.ts";
import { clientId, type Store, topic } from "./measure-store.ts";

export const boto3: Store = {
  protocol: "3.1.1",
  start: ({ broker, bucket, endpoint, env }) =>
    startProgram(peerCommand("store_boto3.py", String(broker.port), clientId, topic, endpoint, bucket), env),
  key: (_, seq) => `${String(seq).padStart(9, "0")}.png`,
};

export const facepipe: Store = {
  protocol: "5",
  start: ({ broker, bucket, endpoint, env }) => {
    const from = ["--broker", broker.url, "--client-id", clientId, "--topic", topic];
    const to = ["--to", `s3://${bucket}`, "--endpoint", endpoint, "--path-style"];
    return startProgram(facepipeCommand("store", ...from, ...to, "--object-key", "{epoch}/{seq}.{ext}"), env);
  },
  key: (epoch, seq) => `${epoch}/${String(seq).padStart(9, "0")}.png`,
};
