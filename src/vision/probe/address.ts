import type { Login } from "../authorization.ts";

/** The address of a network camera, separate from the user name and password in its URL. */
export interface CameraAddress {
  readonly protocol: "rtsp" | "http" | "other";
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
  /** The URL without the login, as RTSP requests it. */
  readonly href: string;
  /** Path and query, as HTTP requests it. */
  readonly path: string;
  readonly login: Login | undefined;
}

/** Protocols over TCP and their ports. */
const protocols: Readonly<Record<string, Pick<CameraAddress, "protocol" | "secure" | "port">>> = {
  "rtsp:": { protocol: "rtsp", secure: false, port: 554 },
  "rtsps:": { protocol: "rtsp", secure: true, port: 322 },
  "http:": { protocol: "http", secure: false, port: 80 },
  "https:": { protocol: "http", secure: true, port: 443 },
  "rtmp:": { protocol: "other", secure: false, port: 1935 },
};

/** Undefined for what cannot be probed: another protocol, or no valid URL. */
export function cameraAddress(text: string): CameraAddress | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const known = url && protocols[url.protocol];
  if (!known || url.hostname === "") return undefined;
  const { username, password } = url;
  Object.assign(url, { username: "", password: "", hash: "" });
  return {
    ...known,
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: url.port === "" ? known.port : Number(url.port),
    href: url.href,
    path: `${url.pathname || "/"}${url.search}`,
    login:
      username === "" && password === ""
        ? undefined
        : { user: decoded(username), password: decoded(password) },
  };
}

/** As FFmpeg decodes them; what is not UTF-8 stays as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
