import { type NumberRange, NumberRanges } from "../../base/number-ranges.ts";
import type { EpochRecord } from "../../face/epoch-record.ts";
import type { ErasureRecord } from "../../face/erasure-record.ts";
import { epochTag } from "../../face/face-id.ts";
import { safeName } from "../../face/name.ts";
import type { StoredFaceKey } from "../../face/stored-key.ts";
import { SeqSet } from "./seq-set.ts";

/** What a store has of one epoch. */
export interface EpochTally {
  /** In its safe form; "" when neither a key nor a record says it. */
  readonly camera: string;
  readonly tag: string;
  readonly stored: SeqSet;
  readonly erased: NumberRanges;
  /** The full UUID, once a key or a record said it. */
  epoch: string | undefined;
  record: EpochRecord | undefined;
}

/**
 * Counts faces and records by camera and epoch. An epoch needs some hundred bytes however many faces it has, as long as
 * they have few gaps.
 */
export class Tally {
  /** By tag, then by camera: two epochs with one tag are kept apart. */
  readonly #epochs = new Map<string, Map<string, EpochTally>>();

  addFace({ tag, seq, camera = "", epoch }: StoredFaceKey): void {
    const tally = this.#epochs.get(tag)?.get(camera) ?? this.#create(camera, tag);
    tally.stored.add(seq);
    if (epoch !== undefined) tally.epoch ??= copy(epoch);
  }

  addRecord(record: EpochRecord): void {
    const tally = this.#of(safeName(record.camera), epochTag(record.epoch));
    tally.epoch = record.epoch;
    tally.record = record;
  }

  addErasure({ faces }: ErasureRecord): void {
    for (const { camera, tag, ranges } of faces) {
      const { erased } = this.#of(camera, tag);
      for (const [first, last] of ranges) erased.addRange(first, last);
    }
  }

  /** All epochs, once everything is added. */
  epochs(): readonly EpochTally[] {
    return [...this.#epochs.values()].flatMap(united);
  }

  #of(camera: string, tag: string): EpochTally {
    return this.#epochs.get(tag)?.get(camera) ?? this.#create(camera, tag);
  }

  #create(camera: string, tag: string): EpochTally {
    const cameras = this.#epochs.get(tag) ?? new Map<string, EpochTally>();
    const tally: EpochTally = {
      camera: copy(camera),
      tag: copy(tag),
      stored: new SeqSet(),
      erased: new NumberRanges(),
      epoch: undefined,
      record: undefined,
    };
    this.#epochs.set(tally.tag, cameras.set(tally.camera, tally));
    return tally;
  }
}

/**
 * The epochs with one tag. Faces whose camera is unknown, or not that of the only record, are faces of that epoch: copies, or
 * written with another template.
 */
function united(cameras: ReadonlyMap<string, EpochTally>): readonly EpochTally[] {
  const all = [...cameras.values()];
  const recorded = all.filter(({ record }) => record !== undefined);
  const named = all.filter(({ camera }) => camera !== "");
  const owner = recorded.length === 1 ? recorded[0] : named.length === 1 ? named[0] : undefined;
  if (owner === undefined || all.length === 1) return all;
  for (const other of all) if (other !== owner) absorb(owner, other);
  return [owner];
}

function absorb(owner: EpochTally, other: EpochTally): void {
  owner.stored.addAll(other.stored);
  for (const [first, last] of other.erased) owner.erased.addRange(first, last);
  owner.epoch ??= other.epoch;
}

/** A part of a string keeps the whole in memory: here a page of a listing. */
function copy(text: string): string {
  return Buffer.from(text).toString();
}

/** The numbers of `ranges` that are not in any of `others`. */
export function without(ranges: Iterable<NumberRange>, ...others: readonly NumberRanges[]): NumberRange[] {
  return others.reduce<NumberRange[]>(
    (rest, other) => rest.flatMap(([first, last]) => other.missing(first, last)),
    [...ranges],
  );
}
