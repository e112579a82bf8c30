const prefix = /^gst:/;

/** Whether `--camera` names a GStreamer pipeline: `gst:PIPELINE`, with PIPELINE as gst-launch-1.0 reads it. */
export function isGstPipeline(camera: string): boolean {
  return prefix.test(camera);
}

/** The pipeline of `gst:PIPELINE`. A URL alone is played as `uridecodebin` plays it. */
export function pipelineOf(camera: string): string {
  const text = camera.replace(prefix, "").trim().replace(/\s*!$/, "");
  return /^[a-z][a-z0-9+.-]*:\/\/[^\s"]+$/i.test(text) ? `uridecodebin uri="${text}"` : text;
}

/** @throws Error that says what is wrong. What only GStreamer knows, it says when the pipeline is opened. */
export function checkPipeline(camera: string): void {
  const text = camera.replace(prefix, "").trim();
  if (/^\/\/(?!\S*:\/\/)/.test(text)) throw new Error("is written without slashes: gst:PIPELINE");
  if (pipelineOf(camera) === "")
    throw new Error("names no GStreamer pipeline: gst:PIPELINE, for example 'gst:v4l2src'");
  if (/["']/.test(withoutQuoted(text))) throw new Error("has a quotation mark that is not closed");
}

/** Each `appsink` of a pipeline as an element, with its properties. */
const appsink = /(?<![\w=.-])appsink(?![\w.-])[^!]*/;

export interface PipelineForm {
  /** It ends by itself, as a recording does: it reads a file, or a number of frames. */
  readonly ends: boolean;
  /** The user's own appsink: what it does with frames that nobody takes. */
  readonly sink: "none" | "keeps" | "drops";
  /** Its last caps are of JPEG pictures, which are decoded only as far as needed. */
  readonly jpeg: boolean;
}

/** Sources that read files. */
const reading = /\b(?:filesrc|splitmuxsrc|splitfilesrc|imagesequencesrc|multifilesrc|giosrc)\b/;
/** Sources that download a file, unless it is a stream without an end. */
const downloading = /\b(?:souphttpsrc|curlhttpsrc|uridecodebin3?|urisourcebin|playbin3?)\b/;
const endless = /\bis-live\s*=\s*(?:true|yes|1)\b|\bmultipartdemux\b|\bloop\s*=\s*(?:true|yes|1)\b/i;
const endlessUrl = /\b(?!file:|https?:)[a-z][a-z0-9+.-]*:\/\/|\.(?:m3u8|mpd)\b/i;

function endsByItself(pipeline: string, bare: string): boolean {
  // Any source may be told to deliver so many frames.
  if (/\bnum-buffers\s*=\s*\d/.test(bare)) return true;
  if (endless.test(bare)) return false;
  return reading.test(bare) || (downloading.test(bare) && !endlessUrl.test(pipeline));
}

export function pipelineForm(pipeline: string): PipelineForm {
  const bare = withoutQuoted(pipeline);
  const sink = appsink.exec(bare)?.[0];
  const drops = sink !== undefined && /\bdrop\s*=\s*(?:true|yes|1)\b/i.test(sink);
  const last = bare.split("!").at(sink === undefined ? -1 : -2) ?? "";
  return {
    ends: endsByItself(pipeline, bare),
    sink: sink === undefined ? "none" : drops ? "drops" : "keeps",
    jpeg: /^\s*(?:image\/jpeg|jpegparse|jpegenc)\b/.test(last),
  };
}

/**
 * The pipeline as OpenCV takes it: with an appsink, which is added when there is none, and which has this name. A recording
 * keeps its frames until they are taken; a camera's are dropped for newer ones.
 */
export function withAppsink(pipeline: string, name: string, ends: boolean): string {
  const { sink, jpeg } = pipelineForm(pipeline);
  const named = `appsink name=${name}`;
  if (sink === "none") {
    const convert = jpeg ? "" : "! videoconvert ! video/x-raw,format=BGR ";
    const drop = ends ? "drop=false max-buffers=2" : "drop=true max-buffers=1";
    return `${pipeline} ${convert}! ${named} ${drop} sync=false`;
  }
  const { index, 0: found } = appsink.exec(withoutQuoted(pipeline)) ?? { index: 0, 0: "" };
  const own = pipeline.slice(index, index + found.length).replace(/\sname\s*=\s*("[^"]*"|'[^']*'|\S+)/, "");
  return pipeline.slice(0, index) + own.replace("appsink", named) + pipeline.slice(index + found.length);
}

/** What may be shown of a pipeline: the names of its elements. The values of properties may be secrets. */
export function pipelineLabel(camera: string): string {
  const elements = withoutQuoted(pipelineOf(camera))
    .split("!")
    .map((part) => /^\s*([a-z][a-z0-9_-]*)(?=\s|$)/i.exec(part)?.[1] ?? "...");
  return `gst:${elements.join(" ! ")}`;
}

/** The same text with x for what is between quotation marks. */
function withoutQuoted(text: string): string {
  return text.replace(/"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'/g, (quoted) => "x".repeat(quoted.length));
}
