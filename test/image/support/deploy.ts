import { join } from "node:path";
import type { TestContext } from "node:test";
import { filledManifests, renderOverlay } from "../../deploy/render.ts";
import type { S3Fixture } from "../../sinks/s3/fixture.ts";
import { newBucketName } from "../../support/ceph.ts";
import type { Application } from "./application.ts";
import { Cluster } from "./cluster.ts";
import { startRelay } from "./relay.ts";
import { secretsIn } from "./secrets.ts";

/** The applications of edge and cloud, not started yet, each on its own network, connected by a third. */
export interface DeployedPipeline {
  readonly edge: Application;
  readonly cloud: Application;
  readonly bucket: string;
  /** Passwords and keys that must not be visible anywhere. */
  readonly secrets: readonly string[];
}

/** The cloud's broker as the edge reaches it: host name and node port of its manifest. */
const cloudBroker = { name: "cloud.example", port: 30883 };

/** Renders both overlays with these values in the edge's facepipe.yaml and a bucket filled in, as by an operator. */
export async function deploy(
  t: TestContext,
  s3: S3Fixture,
  settings: Readonly<Record<string, unknown>>,
): Promise<DeployedPipeline> {
  const cluster = await Cluster.start(t);
  const [edgeNetwork, cloudNetwork, wideArea] = [
    await cluster.network("edge"),
    await cluster.network("cloud"),
    await cluster.network("wide"),
  ];
  const { accessKey, secretKey, env } = s3.ceph;
  const { AWS_ENDPOINT_URL_S3 = "", AWS_REGION = "" } = env;
  const credentials = `[default]\naws_access_key_id = ${accessKey}\naws_secret_access_key = ${secretKey}\n`;
  const port = await startRelay(t, cloudNetwork.gateway, Number(new URL(AWS_ENDPOINT_URL_S3).port));
  const bucket = newBucketName();
  const manifests = await filledManifests(t, [cloudBroker.name]);
  const edge = await renderOverlay("edge", {
    manifests,
    settings: { ...settings, "forward.to": `mqtts://${cloudBroker.name}:${cloudBroker.port}` },
  });
  const cloud = await renderOverlay("cloud", {
    manifests,
    config: {
      FACEPIPE_TO: `s3://${bucket}`,
      FACEPIPE_CREATE_BUCKET: "true",
      FACEPIPE_PATH_STYLE: "true",
      AWS_ENDPOINT_URL_S3: `http://${cloudNetwork.gateway}:${port}`,
      AWS_REGION,
    },
    files: { "cloud/secrets/aws-credentials": credentials },
  });
  return {
    edge: cluster.application(edge, {
      namespace: "facepipe-edge",
      network: edgeNetwork,
      outside: { forward: { network: wideArea, names: [] } },
    }),
    cloud: cluster.application(cloud, {
      namespace: "facepipe-cloud",
      network: cloudNetwork,
      outside: { mosquitto: { network: wideArea, names: [cloudBroker.name] } },
    }),
    bucket,
    secrets: [secretKey, ...(await secretsIn(join(manifests, "secrets")))],
  };
}
