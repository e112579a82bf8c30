/** Variables of the AWS SDK, as the process has them. */
export type SdkEnvironment = Readonly<Record<string, string | undefined>>;

export type Fields = Readonly<Record<string, string | undefined>>;

/** The SDK's shared files, and the profile that it uses. */
export interface SharedFiles {
  readonly profile: string;
  /** Sections of each file by name: `default`, `sso-session.NAME`, `services.NAME` ... */
  readonly config: Readonly<Record<string, Fields>>;
  readonly credentials: Readonly<Record<string, Fields>>;
  /** How people write the files. */
  readonly configName: string;
  readonly credentialsName: string;
}

/** Reads them as the SDK does: a file that does not exist or cannot be read has no sections. */
export async function readSharedFiles(environment: SdkEnvironment): Promise<SharedFiles> {
  const { loadSharedConfigFiles } = await import("@smithy/core/config");
  const configName = environment["AWS_CONFIG_FILE"] || "~/.aws/config";
  const credentialsName = environment["AWS_SHARED_CREDENTIALS_FILE"] || "~/.aws/credentials";
  const { configFile, credentialsFile } = await loadSharedConfigFiles({
    configFilepath: configName,
    filepath: credentialsName,
    ignoreCache: true,
  });
  return {
    profile: environment["AWS_PROFILE"] || "default",
    config: configFile,
    credentials: credentialsFile,
    configName,
    credentialsName,
  };
}

/** The fields of a profile in both files; undefined when neither has it. */
export function profileFields({ config, credentials }: SharedFiles, profile: string): Fields | undefined {
  if (config[profile] === undefined && credentials[profile] === undefined) return undefined;
  return { ...config[profile], ...credentials[profile] };
}
