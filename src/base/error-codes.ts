/**
 * Every code of a UserError, and how it ends the program: `refused` (exit code 1: the other side said no, or the work
 * itself failed), `unreachable` (2: no connection in the time allowed) or `usage` (3: nothing was tried). A code never
 * changes its meaning. docs/errors.md explains each; a test compares the two lists.
 */
export const errorCodes = {
  USAGE: "usage",

  BROKER_UNREACHABLE: "unreachable",
  BROKER_BUSY: "unreachable",
  BROKER_TLS_FAILED: "refused",
  BROKER_LOGIN_REFUSED: "refused",
  BROKER_REFUSED: "refused",
  BROKER_SUBSCRIPTION_REFUSED: "refused",
  BROKER_PUBLISH_REFUSED: "refused",
  BROKER_NO_ANSWER: "unreachable",
  BROKER_UNSUITABLE: "refused",
  CLIENT_ID_TAKEN: "refused",
  MESSAGE_TOO_LARGE: "refused",
  FACES_NOT_DELIVERED: "refused",
  STOPPED: "unreachable",

  CAMERA_NOT_FOUND: "refused",
  CAMERA_FORBIDDEN: "refused",
  CAMERA_NOT_OPENED: "refused",
  CAMERA_UNREACHABLE: "unreachable",
  CAMERA_NO_FRAMES: "refused",
  CAMERA_URL_INVALID: "refused",
  STREAM_UNREADABLE: "refused",
  FILE_NOT_FOUND: "refused",
  FILE_UNREADABLE: "refused",
  FOLDER_WITHOUT_IMAGES: "refused",
  IMAGE_UNREADABLE: "refused",
  VIDEO_UNREADABLE: "refused",
  WORKER_DIED: "refused",

  OPENCV_UNAVAILABLE: "refused",
  ONNX_RUNTIME_UNAVAILABLE: "refused",
  CASCADE_NOT_FOUND: "refused",
  MODEL_UNREADABLE: "refused",
  MODEL_UNSUITABLE: "refused",
  MODEL_URL_INVALID: "refused",
  MODEL_REFUSED: "refused",
  MODEL_UNREACHABLE: "unreachable",
  MODEL_INTERRUPTED: "unreachable",
  MODEL_SERVER_BUSY: "refused",
  MODEL_WRONG_FILE: "refused",
  MODEL_NOT_SAVED: "refused",

  BUCKET_NOT_FOUND: "refused",
  BUCKET_NAME_TAKEN: "refused",
  BUCKET_LOGIN_REFUSED: "refused",
  BUCKET_NO_CREDENTIALS: "refused",
  BUCKET_CLOCK_SKEW: "refused",
  BUCKET_FORBIDDEN: "refused",
  BUCKET_WRONG_REGION: "refused",
  BUCKET_REFUSED: "refused",
  BUCKET_URL_INVALID: "refused",
  BUCKET_TLS_FAILED: "refused",
  BUCKET_UNREACHABLE: "unreachable",
  BUCKET_PUBLIC_READ_REFUSED: "refused",
  DIRECTORY_NOT_WRITABLE: "refused",
  DISK_FULL: "refused",
  OBJECT_REFUSED: "refused",
  OBJECT_NOT_WRITTEN: "refused",

  HTTP_ADDRESS_UNAVAILABLE: "refused",
  ROLE_UNREACHABLE: "unreachable",
  ROLE_UNHEALTHY: "refused",
} as const satisfies Readonly<Record<string, "refused" | "unreachable" | "usage">>;

export type ErrorCode = keyof typeof errorCodes;
