/** Which package of Debian and Ubuntu has an element, by the beginning of its name. */
const packages: readonly (readonly [RegExp, string])[] = [
  [/^avdec_|^avenc_|^av(?:de)?mux_/, "gstreamer1.0-libav"],
  [/^libcamera/, "gstreamer1.0-libcamera"],
  [/^vaapi/, "gstreamer1.0-vaapi"],
  [/^(?:x264enc|mpeg2dec|a52dec|asf|rm|dvd)/, "gstreamer1.0-plugins-ugly"],
  [/^(?:gl|nvgl)/, "gstreamer1.0-gl"],
  [/^pipewire/, "gstreamer1.0-pipewire"],
  [
    /^(?:v4l2(?!codecs)(?!sl)|rtsp|rtp|udp|jpeg|png|soup|qt|matroska|avi|multi|vp[89]|flv|image|interl|deinter|videocrop|videobox|ximage)/,
    "gstreamer1.0-plugins-good",
  ],
  [
    /^(?:h26[45]parse|jpegparse|openh264|de265|va[a-z0-9]|v4l2sl|dash|hls|srt|rtmp|curl|mpegts|tsdemux|webrtc|msdk|qsv|nvh|nvjpeg|kms|bayer|shm|mpegvideo|av1parse)/,
    "gstreamer1.0-plugins-bad",
  ],
  [
    /^(?:videotestsrc|videoconvert|videoscale|videorate|decodebin|uridecodebin|playbin|appsink|appsrc|tcp|giosrc|typefind)/,
    "gstreamer1.0-plugins-base",
  ],
];

/** What to do about an error of GStreamer. */
export function gstRemedy(error: string): string {
  const [, element] = /no element "([\w-]+)"/.exec(error) ?? [];
  if (element !== undefined) return missingElement(element);
  if (/missing a plug-?in|missing decoder|no decoder/i.test(error))
    return "A decoder is missing: install gstreamer1.0-libav, or gstreamer1.0-plugins-bad";
  if (/syntax error|empty pipeline|no (?:source|sink) \[|no property|could not set property/i.test(error))
    return "Try the text after gst: with gst-launch-1.0 (package gstreamer1.0-tools), between single quotation marks";
  if (/could not link/i.test(error))
    return "One element does not take what the one before delivers; an element for a display at the end must go";
  if (/not-negotiated|negotiat/i.test(error))
    return "The camera or an element does not have the size, rate or format that the pipeline asks for";
  if (/not found|no such file|cannot identify device|could not open/i.test(error))
    return "Check the name of the file or device, or the address, in the pipeline";
  if (/unauthori[sz]ed|not authori[sz]ed/i.test(error)) return "Check user-id and user-pw in the pipeline";
  return "Try the text after gst: with gst-launch-1.0 (package gstreamer1.0-tools)";
}

function missingElement(element: string): string {
  if (/^nv(?!h|jpeg|gl)/.test(element))
    return "On a Jetson it comes with NVIDIA's packages (nvidia-l4t-gstreamer); other machines do not have it";
  const name = packages.find(([names]) => names.test(element))?.[1];
  return name === undefined
    ? "Check its spelling, or install the plugin that contains it (gstreamer1.0-...)"
    : `Check its spelling; on Debian and Ubuntu it is in the package ${name}`;
}
