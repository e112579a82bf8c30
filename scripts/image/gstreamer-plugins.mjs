/**
 * For the image built with GSTREAMER=1: prints the files of GStreamer that pipelines of cameras and files need. OpenCV's
 * addon loads GStreamer's libraries in any case; only its plugins are missing otherwise.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

const plugins = [
  // gstreamer1.0-plugins-base and GStreamer itself
  ...[
    "coreelements",
    "app",
    "videoconvertscale",
    "videorate",
    "videotestsrc",
    "playback",
    "typefindfunctions",
  ],
  ...["tcp", "gio"],
  // gstreamer1.0-plugins-good: V4L2 with its hardware decoders, RTSP, JPEG, files
  ...[
    "video4linux2",
    "rtsp",
    "rtp",
    "rtpmanager",
    "udp",
    "jpeg",
    "multipart",
    "multifile",
    "isomp4",
    "matroska",
  ],
  ...["autodetect", "videofilter", "videocrop"],
  // gstreamer1.0-plugins-bad: H.264 and H.265, VA-API and stateless V4L2 decoders
  ...["videoparsersbad", "openh264", "va", "v4l2codecs", "jpegformat"],
  // gstreamer1.0-libav: FFmpeg's decoders
  "libav",
];

const architecture = execFileSync("dpkg-architecture", ["-qDEB_HOST_MULTIARCH"], { encoding: "utf8" }).trim();
const folder = join("/usr/lib", architecture);
const files = [
  ...plugins.map((name) => join(folder, "gstreamer-1.0", `libgst${name}.so`)),
  join(folder, "gstreamer1.0/gstreamer-1.0/gst-plugin-scanner"),
];
const missing = files.filter((file) => !existsSync(file));
if (missing.length > 0) {
  console.error(`these are not installed: ${missing.join(", ")}`);
  process.exitCode = 1;
}
console.log(files.join("\n"));
