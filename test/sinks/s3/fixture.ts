import { after, before, type TestContext } from "node:test";
import { S3Client } from "@aws-sdk/client-s3";
import { type S3Options, S3Sink } from "../../../src/sinks/s3/s3-sink.ts";
import { type Ceph, newBucketName, startCeph } from "../../support/ceph.ts";
import { never } from "../objects.ts";
import { cleanAws, setEnvironment } from "./environment.ts";

/** One Ceph for the tests of a suite. */
export function useCeph(): S3Fixture {
  const fixture = new S3Fixture();
  before(() => fixture.start());
  after(() => fixture.stop());
  return fixture;
}

export class S3Fixture {
  #ceph: Ceph | undefined;
  #admin: S3Client | undefined;

  async start(): Promise<void> {
    this.#ceph = await startCeph();
    const { endpoint, accessKey, secretKey } = this.#ceph;
    const credentials = { accessKeyId: accessKey, secretAccessKey: secretKey };
    this.#admin = new S3Client({ endpoint, region: "us-east-1", forcePathStyle: true, credentials });
  }

  async stop(): Promise<void> {
    this.#admin?.destroy();
    await this.#ceph?.stop();
  }

  get ceph(): Ceph {
    if (!this.#ceph) throw new Error("Ceph is not running");
    return this.#ceph;
  }

  /** A client with all permissions, to inspect buckets. */
  get admin(): S3Client {
    if (!this.#admin) throw new Error("Ceph is not running");
    return this.#admin;
  }

  /** A sink below `site-a/`, closed after the test. */
  newSink(t: TestContext, bucket: string, options: Partial<S3Options> = {}): S3Sink {
    const defaults = { pathStyle: true, createBucket: false, public: false, concurrency: 64 };
    const sink = new S3Sink(bucket, "site-a/", { ...defaults, ...options });
    t.after(() => sink.close());
    return sink;
  }

  /** The same, open, with its own new bucket and the login of Ceph's first user. */
  async openSink(
    t: TestContext,
    options: Partial<S3Options> = {},
  ): Promise<{ sink: S3Sink; bucket: string }> {
    this.login(t);
    const bucket = newBucketName();
    const sink = this.newSink(t, bucket, { createBucket: true, ...options });
    await sink.open(never);
    return { sink, bucket };
  }

  /** Sets the SDK's environment: Ceph's first user, with `changes`. */
  login(t: TestContext, changes: Readonly<Record<string, string | undefined>> = {}): void {
    setEnvironment(t, { ...cleanAws, ...this.ceph.env, ...changes });
  }
}
