import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { spawnWithUs } from "./commands.ts";

/** Debian's Python: python3-gi is installed for it alone. */
const python = "/usr/bin/python3";
const script = fileURLToPath(new URL("./rtsp-server.py", import.meta.url));

export interface RtspOptions {
  /** TCP port of 127.0.0.1; 0: a free one. */
  readonly port?: number;
  /** Credentials that clients need; absent: none. */
  readonly login?: {
    readonly user: string;
    readonly password: string;
    readonly method?: "basic" | "digest";
  };
}

/** Why there can be no RTSP server here, or false. */
export function withoutRtsp(): string | false {
  const check = "import gi; gi.require_version('GstRtspServer', '1.0')";
  if (spawnSync(python, ["-c", check]).status === 0) return false;
  return "needs GStreamer's RTSP server (Debian: python3-gi gir1.2-gst-rtsp-server-1.0)";
}

/** The pipeline that plays a Matroska file with H.264 to each client from its start, in real time. */
export function playing(file: string): string {
  return `( filesrc location="${file}" ! matroskademux ! h264parse ! rtph264pay name=pay0 )`;
}

/** A real RTSP camera: GStreamer's server, with what the pipeline's element `pay0` sends. */
export async function rtspServer(pipeline: string, { port = 0, login }: RtspOptions = {}) {
  const child = spawnWithUs(python, [
    script,
    String(port),
    pipeline,
    ...(login ? [login.user, login.password, login.method ?? "basic"] : []),
  ]);
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (more: string) => {
    said += more;
  });
  const closed = once(child, "close");
  const line = once(createInterface({ input: child.stdout }), "line") as Promise<string[]>;
  const [url] = await Promise.race([line, closed.then(() => [undefined])]);
  if (url === undefined) throw new Error(`the RTSP server did not start: ${said}`);
  return {
    url,
    port: Number(new URL(url).port),
    /** Kills it, without a word to its clients. */
    async kill() {
      child.kill("SIGKILL");
      await closed;
    },
    /** Sends nothing any more, with its connections open. */
    freeze: () => child.kill("SIGSTOP"),
    goOn: () => child.kill("SIGCONT"),
  };
}
