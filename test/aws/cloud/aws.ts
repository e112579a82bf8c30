import type { Ended } from "../scripts.ts";
import { type Any, Call, Refusal } from "./call.ts";
import { ec2 } from "./ec2.ts";
import { iam } from "./iam.ts";
import { s3 } from "./s3.ts";

/**
 * Stands in for the command `aws`: a small cloud that answers with the real one's error texts and exit codes, of what
 * exists, what is still in use, and what is not known everywhere yet. `cloud` is its state, which a call may change.
 */
export function aws(args: readonly string[], cloud: Any): Ended {
  const [service, command] = args;
  const failed = (code: number, err: string) => ({ code, out: "", err: `\n${err}\n` });
  if (cloud.down) return failed(255, `Could not connect to the endpoint URL: "https://${service}.example/"`);
  if (cloud.noLogin) {
    return failed(
      253,
      'Unable to locate credentials. You can configure credentials by running "aws configure".',
    );
  }
  const act = { ...s3, ...iam, ...ec2 }[`${service} ${command}`];
  if (!act) return failed(252, `aws: error: argument command: Invalid choice: ${service} ${command}`);
  const call = new Call(args, cloud);
  try {
    if (cloud.denied === command)
      call.refuse("UnauthorizedOperation", "You are not authorized to perform this operation.");
    const out = act(call) ?? "";
    return { code: 0, out: out === "" ? "" : `${out}\n`, err: "" };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return failed(254, error.message);
  }
}
