import { suite } from "node:test";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import { cephMissing } from "../../support/ceph.ts";
import { testSinkContract } from "../contract.ts";
import { useCeph } from "./fixture.ts";

suite("S3: contract", { skip: cephMissing() ?? false }, () => {
  const s3 = useCeph();

  testSinkContract({
    async open(t) {
      const { sink, bucket } = await s3.openSink(t);
      const read = async (key: string) => {
        const request = new GetObjectCommand({ Bucket: bucket, Key: `site-a/${key}` });
        const { Body } = await s3.admin.send(request);
        return Buffer.from((await Body?.transformToByteArray()) ?? []);
      };
      return { sink, read };
    },
    // A service may refuse one of two simultaneous writes (ConditionalRequestConflict).
    losers: ["conflict", "transient error"],
  });
});
