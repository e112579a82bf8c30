import { type Call, type Commands, tagOf, tagsIn } from "./call.ts";

const noEntity = (what: string) => ["NoSuchEntity", `The ${what} cannot be found.`] as const;
const role = (call: Call) => call.needed(call.cloud.role, ...noEntity("role with that name"));
const profile = (call: Call) =>
  call.needed(call.cloud.profile, ...noEntity("instance profile with that name"));

export const iam: Commands = {
  "iam get-role": (call) => tagOf(role(call).tags),
  "iam create-role": (call) => {
    call.cloud.role = {
      trust: JSON.parse(call.value("--assume-role-policy-document")),
      tags: tagsIn(call.value("--tags")),
    };
  },
  "iam get-role-policy": (call) =>
    JSON.stringify(call.needed(role(call).policy, ...noEntity("role policy")), null, 4),
  "iam put-role-policy": (call) => {
    role(call).policy = JSON.parse(call.value("--policy-document"));
  },
  "iam delete-role-policy": (call) => {
    delete role(call).policy;
  },
  "iam delete-role": (call) => {
    if (role(call).policy) call.refuse("DeleteConflict", "Cannot delete entity, must delete policies first.");
    if (call.cloud.profile?.role)
      call.refuse("DeleteConflict", "Cannot delete entity, must remove roles from instance profile first.");
    delete call.cloud.role;
  },
  "iam get-instance-profile": (call) => profile(call).role ?? "None",
  "iam create-instance-profile": (call) => {
    call.cloud.profile = {};
  },
  "iam add-role-to-instance-profile": (call) => {
    profile(call).role = call.value("--role-name");
    profile(call).isNew = true;
  },
  "iam remove-role-from-instance-profile": (call) => {
    delete profile(call).role;
  },
  "iam delete-instance-profile": (call) => {
    if (profile(call).role)
      call.refuse("DeleteConflict", "Cannot delete entity, must remove roles from instance profile first.");
    delete call.cloud.profile;
  },
};
