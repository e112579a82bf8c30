/** `--min-face` unless it is set, pixels. */
export const defaultMinFace = 24;
/** `--detect-width` unless it is set, pixels: a webcam's faces are found, in few milliseconds. Images have their own. */
export const defaultDetectWidth = 320;
