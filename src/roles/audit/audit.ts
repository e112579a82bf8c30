import { UserError } from "../../base/errors.ts";
import { safeName } from "../../face/name.ts";
import { flag, option, readText } from "../../settings/option.ts";
import { defineRole } from "../role.ts";
import { counted, storedObjectsOptions, withStore } from "../stored-objects.ts";
import { reportToText } from "./format.ts";
import { readStore } from "./read-store.ts";
import { type AuditReport, auditReport } from "./report.ts";

const options = {
  ...storedObjectsOptions,
  camera: option("CAMERA", "audit this camera alone", readText, { fallbackNote: "every camera" }),
  json: flag("print one JSON document"),
};

export const audit = defineRole({
  name: "audit",
  summary: "Reads a store and says whether every face that was detected is in it",
  examples: [
    "facepipe audit --from ./faces",
    "facepipe audit --from s3://my-bucket/site-a --camera entrance --json | jq '.epochs[].missing'",
  ],
  options,
  isCheck: true,
  async run(settings, context) {
    const { camera, json } = settings;
    await withStore(settings, context, async (store) => {
      const { tally, ...counts } = await readStore(store, settings.objectKey, context);
      const tallies = tally.epochs();
      const chosen =
        camera === undefined ? tallies : tallies.filter((each) => each.camera === safeName(camera));
      const report = auditReport(chosen, counts);
      const isEmpty = tallies.length + counts.foreign + counts.rejected === 0;
      const text = () =>
        isEmpty
          ? [`there is nothing below ${store.target}: check --from`]
          : reportToText(report, context.style);
      const lines = json ? [JSON.stringify(report)] : text();
      for (const line of lines) context.print(line);
      if (camera !== undefined && chosen.length === 0) throw unknownCamera(camera, tallies, store.target);
      if (!report.complete) throw incomplete(report, store.target);
    });
    return {};
  },
});

/** A misspelt name must not pass as a camera of which nothing is missing. */
function unknownCamera(
  camera: string,
  all: readonly { readonly camera: string }[],
  target: string,
): UserError {
  const names = [...new Set(all.map((each) => each.camera || "?"))].sort();
  const known = names.length === 0 ? "it has no camera" : `it has ${names.slice(0, 20).join(", ")}`;
  const message = `${target} has neither a face nor a record of the camera ${camera}; ${known}`;
  return new UserError("CAMERA_NOT_IN_STORE", message, "Check --camera and --from");
}

function incomplete({ missing, doubled }: AuditReport, target: string): UserError {
  const faults = [
    ...(missing > 0 ? [`${counted(missing, "face is", "faces are")} missing`] : []),
    ...(doubled > 0 ? [`${counted(doubled, "object")} more than faces`] : []),
  ];
  const remedy =
    missing > 0
      ? "A face may still be on its way or in a spool: run detect --drain, or audit again later"
      : "Check --object-key: two templates, or a copy, make two objects of one face";
  return new UserError("AUDIT_INCOMPLETE", `${target}: ${faults.join(", ")}`, remedy);
}
