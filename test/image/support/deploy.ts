import { join } from "node:path";
import type { TestContext } from "node:test";
import { filledManifests, renderOverlay } from "../../deploy/render.ts";
import type { S3Fixture } from "../../sinks/s3/fixture.ts";
import { newBucketName } from "../../support/ceph.ts";
import type { Application } from "./application.ts";
import { Cluster } from "./cluster.ts";
import { startRelay } from "./relay.ts";
import { secretsIn } from "./secrets.ts";

/** The manifests of edge and cloud, not started yet, each on its network, with a wide one between them. */
export interface Deployed {
  readonly edge: Application;
  readonly cloud: Application;
  readonly bucket: string;
  /** Passwords and keys that nobody may see. */
  readonly secrets: readonly string[];
}

/** The name that the edge knows the cloud's broker by, and the node port that its manifest says. */
const cloudBroker = { name: "cloud.example", port: 30883 };

/** Renders both overlays as an operator has them who filled in the edge's settings and a bucket. */
export async function deploy(
  t: TestContext,
  s3: S3Fixture,
  settings: Readonly<Record<string, string>>,
): Promise<Deployed> {
  const cluster = await Cluster.start(t);
  const [home, away, wide] = [
    await cluster.network("edge"),
    await cluster.network("cloud"),
    await cluster.network("wide"),
  ];
  const { accessKey, secretKey, env } = s3.ceph;
  const { AWS_ENDPOINT_URL_S3 = "", AWS_REGION = "" } = env;
  const credentials = `[default]\naws_access_key_id = ${accessKey}\naws_secret_access_key = ${secretKey}\n`;
  const port = await startRelay(t, away.gateway, Number(new URL(AWS_ENDPOINT_URL_S3).port));
  const bucket = newBucketName();
  const manifests = await filledManifests(t, [cloudBroker.name]);
  const edge = await renderOverlay("edge", {
    manifests,
    config: { ...settings, FACEPIPE_TO: `mqtts://${cloudBroker.name}:${cloudBroker.port}` },
  });
  const cloud = await renderOverlay("cloud", {
    manifests,
    config: {
      FACEPIPE_TO: `s3://${bucket}`,
      FACEPIPE_CREATE_BUCKET: "true",
      FACEPIPE_PATH_STYLE: "true",
      AWS_ENDPOINT_URL_S3: `http://${away.gateway}:${port}`,
      AWS_REGION,
    },
    secrets: { "aws-credentials": credentials },
  });
  return {
    edge: cluster.application(edge, {
      namespace: "facepipe-edge",
      network: home,
      outside: { forward: { network: wide, names: [] } },
    }),
    cloud: cluster.application(cloud, {
      namespace: "facepipe-cloud",
      network: away,
      outside: { mosquitto: { network: wide, names: [cloudBroker.name] } },
    }),
    bucket,
    secrets: [secretKey, ...(await secretsIn(join(manifests, "secrets")))],
  };
}
