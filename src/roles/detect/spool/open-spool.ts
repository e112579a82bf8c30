import { eventFields } from "../../../base/log-events.ts";
import { Spool } from "../../../spool/spool.ts";
import type { SpooledFace, SpoolOptions } from "../../../spool/types.ts";
import type { RoleContext } from "../../role.ts";

/** Opens the spool and ends the epochs of earlier runs; what happens in it is counted and logged. */
export async function openSpool(
  { directory, maxBytes, full }: Pick<SpoolOptions, "directory" | "maxBytes" | "full">,
  { log, metrics }: RoleContext,
  onDropped: (faces: readonly SpooledFace[]) => void,
): Promise<Spool> {
  const spool = await Spool.open({
    directory,
    maxBytes,
    full,
    onDropped: (faces, reason) => {
      metrics.drop(reason, faces.length);
      onDropped(faces);
      log.warn(eventFields("spool_dropped"), `${faces.length} faces left the spool unsent: ${reason}`);
    },
    onTrouble: (error) => log.error(eventFields("spool_failed", error), error.sentence),
    onRecovered: () =>
      log.info(eventFields("spool_recovered"), `the spool in ${directory} is writable again`),
    onCorrupt: (message) => log.error(eventFields("spool_corrupt"), message),
    onFull: () =>
      log.warn(eventFields("spool_full"), `the spool in ${directory} is full: no frames are analysed`),
  });
  if (spool.faces > 0)
    log.info(eventFields("spool_opened"), `${spool.faces} faces of an earlier run are in ${directory}`);
  // An epoch without an end is that of a run that was killed.
  for (const { epoch, endedAt } of spool.epochs)
    if (endedAt === undefined) spool.endEpoch(epoch, new Date().toISOString());
  return spool;
}
