import type { Ended } from "../scripts.ts";
import { type Any, Call, Refusal } from "./call.ts";
import { ec2 } from "./ec2.ts";
import { iam } from "./iam.ts";
import { s3 } from "./s3.ts";

/**
 * A fake of the command `aws`: a small cloud with the real one's error texts and exit codes for what does not exist,
 * what is still in use, and what is not consistent yet. `cloud` is its state, which a call may change.
 */
export function aws(args: readonly string[], cloud: Any): Ended {
  const [service, command] = args;
  const failed = (code: number, err: string) => ({ code, out: "", err: `\n${err}\n` });
  if (cloud.down) return failed(255, `Could not connect to the endpoint URL: "https://${service}.example/"`);
  if (cloud.noCredentials) {
    return failed(
      253,
      'Unable to locate credentials. You can configure credentials by running "aws configure".',
    );
  }
  const handler = { ...s3, ...iam, ...ec2 }[`${service} ${command}`];
  if (!handler) return failed(252, `aws: error: argument command: Invalid choice: ${service} ${command}`);
  const call = new Call(args, cloud);
  try {
    if (cloud.denied === command)
      call.refuse("UnauthorizedOperation", "You are not authorized to perform this operation.");
    const out = handler(call) ?? "";
    return { code: 0, out: out === "" ? "" : `${out}\n`, err: "" };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return failed(254, error.message);
  }
}
