import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { errorReason, systemCode } from "../../base/system-errors.ts";
import { profileFields, readSharedFiles, type SdkEnvironment, type SharedFiles } from "./shared-files.ts";

/** What is wrong with the settings that credentials come from; undefined when nothing is, or nothing is set. */
export async function missingCredentials(environment: SdkEnvironment): Promise<string | undefined> {
  const files = await readSharedFiles(environment);
  const fault =
    halfKey(environment) ??
    halfWebIdentity(environment) ??
    (await unreadableFile(environment)) ??
    profileFault(files, files.profile, environment);
  const { AWS_PROFILE: profile, AWS_ACCESS_KEY_ID: id } = environment;
  return fault && profile && id ? `${fault}; AWS_ACCESS_KEY_ID is not read, as AWS_PROFILE is set` : fault;
}

/** The SDK takes a file that it cannot read for an empty one. */
async function unreadableFile(environment: SdkEnvironment): Promise<string | undefined> {
  for (const [variable, usual] of [
    ["AWS_CONFIG_FILE", "config"],
    ["AWS_SHARED_CREDENTIALS_FILE", "credentials"],
  ] as const) {
    const path = environment[variable] || undefined;
    try {
      await access(path?.replace(/^~(?=\/)/, homedir()) ?? join(homedir(), ".aws", usual), constants.R_OK);
    } catch (error) {
      const isUsual = path === undefined;
      // Nobody needs to have the usual files.
      if (isUsual && /^(ENOENT|ENOTDIR)$/.test(systemCode(error))) continue;
      return `${isUsual ? `~/.aws/${usual}` : `${path} (${variable})`} cannot be read: ${errorReason(error)}`;
    }
  }
  return undefined;
}

function halfKey(environment: SdkEnvironment): string | undefined {
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, AWS_PROFILE: profile } = environment;
  // The SDK does not read the key then.
  if (profile) return undefined;
  if (id && !secret) return "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not";
  return secret && !id ? "AWS_SECRET_ACCESS_KEY is set, but AWS_ACCESS_KEY_ID is not" : undefined;
}

function halfWebIdentity(environment: SdkEnvironment): string | undefined {
  const { AWS_WEB_IDENTITY_TOKEN_FILE: file, AWS_ROLE_ARN: role } = environment;
  if (file && !role) return "AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not";
  return file ? `the web identity token in ${file} provides none` : undefined;
}

/** Also of the profile that it takes its credentials from, and so on. */
function profileFault(
  files: SharedFiles,
  name: string,
  environment: SdkEnvironment,
  seen: readonly string[] = [],
): string | undefined {
  const fields = profileFields(files, name);
  const from = seen.length === 0 ? "" : `, the source_profile of ${seen.at(-1)},`;
  if (fields === undefined) {
    if (seen.length === 0 && !environment["AWS_PROFILE"]) return undefined;
    return `there is no profile ${name}${from} in ${files.configName} or ${files.credentialsName}`;
  }
  const half = halfOf(fields);
  if (half !== undefined) return `the profile ${name}${from} has ${half}`;
  const {
    role_arn: role,
    source_profile: source,
    credential_source: named,
    web_identity_token_file: token,
  } = fields;
  if (role && source && named)
    return `the profile ${name}${from} has both source_profile and credential_source`;
  if (role && !source && !named && !token)
    return `the profile ${name}${from} has role_arn, but neither source_profile nor credential_source`;
  if (role && source && source !== name && !seen.includes(source))
    return profileFault(files, source, environment, [...seen, name]);
  if (named === "Environment" && !(environment["AWS_ACCESS_KEY_ID"] && environment["AWS_SECRET_ACCESS_KEY"]))
    return `the profile ${name}${from} has credential_source Environment, but AWS_ACCESS_KEY_ID or AWS_SECRET_ACCESS_KEY is not set`;
  const session = fields["sso_session"];
  if (session && files.config[`sso-session.${session}`] === undefined)
    return `the profile ${name}${from} has sso_session ${session}, which ${files.configName} does not have`;
  return hasSource(fields)
    ? `the profile ${name}${from} provides none`
    : emptyProfile(name, from, environment);
}

function emptyProfile(name: string, from: string, environment: SdkEnvironment): string | undefined {
  if (from === "" && !environment["AWS_PROFILE"]) return undefined;
  return `the profile ${name}${from} has no credentials`;
}

/** Pairs of fields of which one is useless alone. */
const pairs = [
  ["aws_access_key_id", "aws_secret_access_key"],
  ["role_arn", "web_identity_token_file"],
] as const;

function halfOf(fields: Readonly<Record<string, string | undefined>>): string | undefined {
  const [[id, secret], [role, token]] = pairs;
  if (fields[id] && !fields[secret]) return `${id}, but no ${secret}`;
  if (fields[secret] && !fields[id]) return `${secret}, but no ${id}`;
  return fields[token] && !fields[role] ? `${token}, but no ${role}` : undefined;
}

function hasSource(fields: Readonly<Record<string, string | undefined>>): boolean {
  return /(^|\n)(aws_access_key_id|role_arn|credential_process|sso_\w+|login_session)/.test(
    Object.keys(fields).join("\n"),
  );
}
