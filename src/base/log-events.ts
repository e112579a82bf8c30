import { UserError } from "./errors.ts";

/**
 * The values of the field `event` of log lines: stable, for programs that wait for a line or count lines.
 * docs/logs.md explains each; a test compares the two lists.
 */
export const logEvents = [
  "http_listening",
  "page_listening",
  "page_failed",
  "stopping",
  "stop_incomplete",
  "failed",
  "connected",
  "connection_lost",
  "connection_unstable",
  "connect_retry",
  "broker_feature_missing",
  "message_kept",
  "message_dropped",
  "camera_opened",
  "camera_lost",
  "camera_reopened",
  "camera_warning",
  "camera_paused",
  "camera_resumed",
  "setting_ignored",
  "command_ended",
  "command_failed",
  "model_missing",
  "model_download",
  "detect_summary",
  "spool_opened",
  "spool_drained",
  "spool_kept",
  "spool_dropped",
  "spool_full",
  "spool_failed",
  "spool_recovered",
  "spool_corrupt",
  "face_reduced",
  "faces_unconfirmed",
  "receipts_missing",
  "epoch_record_failed",
  "forwarding",
  "publish_retry",
  "storing",
  "open_retry",
  "write_retry",
  "write_recovered",
  "object_written",
  "object_dropped",
  "payload_rejected",
  "retention_removed",
  "retention_failed",
  "record_unreadable",
  "drained",
  "drain_failed",
] as const;
export type LogEvent = (typeof logEvents)[number];

/** The fields of a log line: its event and, for a failure, the error's code. */
export function eventFields(
  event: LogEvent,
  error?: unknown,
): { readonly event: LogEvent; readonly code?: string } {
  return error instanceof UserError ? { event, code: error.code } : { event };
}
