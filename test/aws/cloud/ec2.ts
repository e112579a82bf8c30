import { readFileSync } from "node:fs";
import type { Any, Call, Commands } from "./call.ts";

/** The instance states in --filters. */
const states = (call: Call) => /Values=(\S+)/.exec(call.values("--filters")[1] ?? "")?.[1]?.split(",") ?? [];

export const ec2: Commands = {
  "ssm get-parameter": () => "ami-0123456789abcdef0",
  "ec2 describe-images": () => "/dev/xvda",
  "ec2 describe-vpcs": (call) => (call.cloud.noNetwork ? "None" : "vpc-0123456789abcdef0"),
  "ec2 describe-security-groups": (call) => (call.cloud.group ? "sg-0123456789abcdef0" : "None"),
  "ec2 create-security-group": (call) => {
    call.cloud.group = { rules: {} };
    return "sg-0123456789abcdef0";
  },
  "ec2 describe-security-group-rules": (call) =>
    Object.entries<Any>(call.cloud.group.rules)
      .map(([id, { port, range }]) => [id, "tcp", port, port, range].join("\t"))
      .join("\n"),
  "ec2 authorize-security-group-ingress": (call) => {
    const [, port, range] = /FromPort=(\d+),.*Cidr\w+=([^}]+)}/.exec(call.value("--ip-permissions")) ?? [];
    call.cloud.lastRule = (call.cloud.lastRule ?? 0) + 1;
    call.cloud.group.rules[`sgr-${call.cloud.lastRule}`] = { port, range };
  },
  "ec2 revoke-security-group-ingress": (call) => {
    delete call.cloud.group.rules[call.value("--security-group-rule-ids")];
  },
  "ec2 delete-security-group": (call) => {
    if (call.cloud.machine && call.cloud.machine.state !== "terminated")
      call.refuse("DependencyViolation", "resource sg-0123456789abcdef0 has a dependent object");
    delete call.cloud.group;
  },
  "ec2 describe-instances": (call) => {
    if (call.value("--instance-ids"))
      return [call.cloud.machine.type, call.cloud.machine.tokens, call.cloud.machine.hops].join("\t");
    return states(call).includes(call.cloud.machine?.state) ? "i-0123456789abcdef0" : "";
  },
  "ec2 run-instances": (call) => {
    const { profile } = call.cloud;
    if (profile.isNew) {
      delete profile.isNew;
      call.refuse(
        "InvalidParameterValue",
        `Value (${profile.role}) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name`,
      );
    }
    const metadata = call.value("--metadata-options");
    call.cloud.machine = {
      state: "pending",
      type: call.value("--instance-type"),
      tokens: /HttpTokens=(\w+)/.exec(metadata)?.[1],
      hops: /HopLimit=(\d)/.exec(metadata)?.[1],
      disk: call.value("--block-device-mappings"),
      userData: readFileSync(call.value("--user-data").replace("file://", ""), "utf8"),
    };
    return "i-0123456789abcdef0";
  },
  "ec2 wait": (call) => {
    const terminated = call.args[2] === "instance-terminated";
    call.cloud.machine.state = terminated ? "terminated" : "running";
    if (terminated && call.cloud.address) delete call.cloud.address.holder;
  },
  "ec2 modify-instance-metadata-options": (call) => {
    call.cloud.machine.tokens = call.value("--http-tokens");
    call.cloud.machine.hops = call.value("--http-put-response-hop-limit");
  },
  "ec2 terminate-instances": (call) => {
    call.cloud.machine.state = "shutting-down";
  },
  "ec2 describe-addresses": (call) =>
    call.cloud.address
      ? ["eipalloc-0123456789abcdef0", "198.51.100.1", call.cloud.address.holder ?? "nobody"].join("\t")
      : "None",
  "ec2 allocate-address": (call) => {
    call.cloud.address = {};
    return "eipalloc-0123456789abcdef0\t198.51.100.1";
  },
  "ec2 associate-address": (call) => {
    if (call.cloud.machine.state !== "running")
      call.refuse("InvalidInstanceID", "The instance is not in a valid state for this operation.");
    call.cloud.address.holder = call.value("--instance-id");
  },
  "ec2 release-address": (call) => {
    if (call.cloud.address.holder) call.refuse("InvalidIPAddress.InUse", "Address 198.51.100.1 is in use.");
    delete call.cloud.address;
  },
};
