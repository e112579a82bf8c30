import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { StatefulSet } from "kubernetes-types/apps/v1.js";
import type { ConfigMap, Secret, Service } from "kubernetes-types/core/v1.js";
import { brokerImage } from "../../scripts/image/offline/mosquitto.mjs";
import { Cluster } from "./support/cluster.ts";
import { imagesMissing } from "./support/images.ts";
import { podman, tryPodman } from "./support/podman.ts";

const skip = (await imagesMissing([brokerImage])) ?? false;

const metadata = { name: "broker", namespace: "small" };
const labels = { app: "broker" };
const restricted = {
  readOnlyRootFilesystem: true,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
};

const config: ConfigMap = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata,
  data: {
    TOPIC: "small",
    "mosquitto.conf":
      "listener 1883\nallow_anonymous false\npassword_file /hashed/passwords\npersistence true\npersistence_location /mosquitto/data/\n",
  },
};
const secret: Secret = {
  apiVersion: "v1",
  kind: "Secret",
  metadata,
  data: { passwords: Buffer.from("alice:first").toString("base64") },
};
const service: Service = {
  apiVersion: "v1",
  kind: "Service",
  metadata,
  spec: { selector: labels, ports: [{ port: 2883, targetPort: "mqtt" }] },
};
const broker: StatefulSet = {
  apiVersion: "apps/v1",
  kind: "StatefulSet",
  metadata,
  spec: {
    serviceName: "broker",
    selector: { matchLabels: labels },
    volumeClaimTemplates: [{ metadata: { name: "data" } }],
    template: {
      metadata: { labels },
      spec: {
        terminationGracePeriodSeconds: 10,
        securityContext: { runAsUser: 1883, runAsGroup: 1883, fsGroup: 1883 },
        initContainers: [
          {
            name: "hash",
            image: brokerImage,
            command: [
              "sh",
              "-c",
              "cat /plain/passwords > /tmp/passwords && mosquitto_passwd -U /tmp/passwords",
            ],
            securityContext: restricted,
            volumeMounts: [
              { name: "plain", mountPath: "/plain" },
              { name: "hashed", mountPath: "/tmp" },
            ],
          },
        ],
        containers: [
          {
            name: "broker",
            image: brokerImage,
            ports: [{ name: "mqtt", containerPort: 1883 }],
            env: [
              { name: "TOPIC", valueFrom: { configMapKeyRef: { name: "broker", key: "TOPIC" } } },
              { name: "POD", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
              { name: "WHERE", value: "$(POD)/$(TOPIC)/$$(POD)" },
            ],
            resources: { limits: { memory: "64Mi" } },
            securityContext: restricted,
            readinessProbe: { tcpSocket: { port: "mqtt" } },
            volumeMounts: [
              { name: "config", mountPath: "/mosquitto/config" },
              { name: "hashed", mountPath: "/hashed", readOnly: true },
              { name: "data", mountPath: "/mosquitto/data" },
            ],
          },
        ],
        volumes: [
          {
            name: "config",
            configMap: { name: "broker", items: [{ key: "mosquitto.conf", path: "mosquitto.conf" }] },
          },
          { name: "plain", secret: { secretName: "broker", defaultMode: 0o400 } },
          { name: "hashed", emptyDir: { medium: "Memory" } },
        ],
      },
    },
  },
};

suite("the runner of rendered manifests", { skip }, () => {
  test("a broker runs as its manifests specify, keeps its volume, and is reachable under its Service's names", async (t) => {
    const cluster = await Cluster.start(t);
    const network = await cluster.network("small");
    const small = cluster.application([config, secret, service, broker], { namespace: "small", network });
    await small.start(30);
    const pod = small.one("broker");
    const inside = (...command: string[]) =>
      podman("exec", small.one("broker").container("broker"), ...command);
    assert.equal(
      await inside("sh", "-c", "id -u; id -g; hostname; echo $WHERE"),
      "1883\n1883\nbroker-0\nbroker-0/small/$(POD)",
    );
    assert.match(await inside("cat", "/hashed/passwords"), /^alice:\$7\$/);
    assert.equal(
      await inside("sh", "-c", "touch /x 2>&1 || true"),
      "touch: cannot touch '/x': Read-only file system",
    );
    assert.match(await inside("cat", "/proc/1/status"), /CapBnd:\s0+\n.*NoNewPrivs:\s1/s);

    const login = ["-u", "alice", "-P", "first", "-t", "kept"];
    await inside("mosquitto_pub", "-h", "broker-0.broker.small.svc", ...login, "-r", "-m", "before");
    const next = await small.replace(pod, "gracefully", 30);
    assert.equal(next.name, pod.name);
    assert.equal(await inside("mosquitto_sub", ...login, "-C", "1", "-W", "5"), "before");
    assert.deepEqual(await next.restarts(), []);
    assert.match(await pod.logs(), /mosquitto version .* terminating/);
  });

  test("a disconnected pod is unreachable until it is reconnected", async (t) => {
    const cluster = await Cluster.start(t);
    const [home, wide] = [await cluster.network("home"), await cluster.network("wide")];
    const outside = { broker: { network: wide, names: ["broker.example"] } };
    const objects = [config, secret, service, broker];
    const served = cluster.application(objects, { namespace: "small", network: home, outside });
    const asking = cluster.application(objects.map(inOtherNamespace), { namespace: "asking", network: wide });
    await Promise.all([served.start(30), asking.start(30)]);
    const client = asking.one("broker").container("broker");
    const publish = "timeout 5 mosquitto_pub -h broker.example -p 2883 -u alice -P first -t x -m x";
    const ask = async () => (await tryPodman("exec", client, "sh", "-c", publish)).code === 0;
    assert.equal(await ask(), true);
    const reconnect = await served.disconnect("broker");
    assert.equal(await ask(), false);
    await reconnect();
    assert.equal(await ask(), true);
  });
});

/** The same object in another namespace. */
function inOtherNamespace<T extends { metadata?: object }>(object: T): T {
  return { ...object, metadata: { ...object.metadata, namespace: "asking" } };
}
