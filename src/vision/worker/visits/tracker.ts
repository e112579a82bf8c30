import type { Box } from "../../../face/face.ts";
import { associate } from "./associate.ts";
import { Track } from "./track.ts";

/** A visit is over when its face was not seen for so long, seconds; a head turned away for less is the same visit. */
const patience = 2;
/** ... and not in less than the time of so many looks, when looks are far apart; but in no more than this, seconds. */
const patientLooks = 2;
const mostPatience = 10;
/** A face that was missed for a moment is still followed, seconds. */
const moment = 0.5;

/**
 * How far from where it was expected a face may be found, in sides of the face: one, for what the eye of a camera and a
 * nodding head do; 4 more for each second between two looks that see it, since somebody who walks past at 1 m/s passes 5
 * or 6 heads a second; and a half for each second that it was hidden.
 */
const gates = { always: 1, perSecondBetweenLooks: 4, perSecondHidden: 0.5, most: 4 };

/**
 * When the next look comes this soon, seconds, it must see the face again, or there was none: no one passes by in a
 * single frame, but a detector takes a hand for a face in one.
 */
const soon = 0.25;

/** What a look changed. */
export interface TrackChanges {
  /** The visit of each box, in the order of the boxes. */
  readonly visits: readonly number[];
  /** Visits that are certain now: each is named once. */
  readonly confirmed: readonly number[];
  /** Visits that were confirmed and are over. */
  readonly ended: readonly number[];
  /** What was seen once and missed at once is no visit, unless it is confirmed later. */
  readonly deleted: readonly number[];
}

/**
 * Follows faces from look to look: tells which belong to one visit, a person's stay before the camera. Visits count
 * 1, 2, 3 ... and no number is used again.
 *
 * It knows boxes only. Two people who pass through each other's box may change visits; a person who is hidden for longer
 * than `patience` comes back as a new visit.
 */
export class Tracker {
  #tracks: Track[] = [];
  #nextVisit: number;
  #lookedAt = Number.NEGATIVE_INFINITY;

  /** `firstVisit`: the number of the next visit. */
  constructor(firstVisit: number) {
    this.#nextVisit = firstVisit;
  }

  /** Whether there were faces a moment ago. */
  following(seconds: number): boolean {
    return this.#tracks.some((track) => track.timeSinceUpdate(seconds) <= moment);
  }

  /** Where the faces should be at `seconds`, or undefined when the last look has missed one. */
  expected(seconds: number): Box[] | undefined {
    if (this.#tracks.some((track) => track.timeSinceUpdate(this.#lookedAt) > 0)) return undefined;
    return this.#tracks.map((track) => track.predict(seconds));
  }

  /** The number of the next visit. */
  get nextVisit(): number {
    return this.#nextVisit;
  }

  /** Takes the boxes of one look, seen at `seconds`, which never goes back. */
  update(boxes: readonly Box[], seconds: number): TrackChanges {
    const interval = seconds - this.#lookedAt;
    const gone = this.#forget(seconds, Math.max(patience, Math.min(mostPatience, interval * patientLooks)));
    const known = this.#tracks;
    const expected = known.map((track) => {
      const box = track.predict(seconds);
      return { box, gate: side(box) * gateOf(interval, track.timeSinceUpdate(seconds)) };
    });
    const tracks = associate(expected, boxes).map((which, at) => {
      const box = boxes[at] as Box;
      const track = known[which ?? -1] ?? this.#begin(box, seconds);
      track.update(box, seconds);
      return track;
    });
    const open = known.filter(({ state }) => state !== "confirmed");
    const missed = open.filter((track) => track.state === "tentative" && track.timeSinceUpdate(seconds) > 0);
    const deleted = interval <= soon ? missed : [];
    const confirmed = open.filter((track) => track.hits > 1 || (missed.includes(track) && interval > soon));
    for (const track of deleted) track.state = "deleted";
    for (const track of confirmed) track.state = "confirmed";
    this.#lookedAt = seconds;
    return {
      visits: tracks.map(({ visit }) => visit),
      confirmed: confirmed.map(({ visit }) => visit),
      ended: gone.filter(({ state }) => state !== "deleted").map(({ visit }) => visit),
      deleted: deleted.map(({ visit }) => visit),
    };
  }

  #begin(box: Box, seconds: number): Track {
    const track = new Track(this.#nextVisit++, box, seconds);
    this.#tracks = [...this.#tracks, track];
    return track;
  }

  /** Takes out the tracks whose face was not seen for longer than that, and returns them. */
  #forget(seconds: number, longest: number): Track[] {
    const gone = this.#tracks.filter((track) => track.timeSinceUpdate(seconds) > longest);
    this.#tracks = this.#tracks.filter((track) => !gone.includes(track));
    return gone;
  }

  /** Ends all visits: what comes next has nothing to do with what was before. */
  end(): Omit<TrackChanges, "visits"> {
    const gone = this.#tracks.filter(({ state }) => state !== "deleted");
    this.#tracks = [];
    const confirmed = gone.filter(({ state }) => state === "tentative").map(({ visit }) => visit);
    return { confirmed, ended: gone.map(({ visit }) => visit), deleted: [] };
  }
}

function side({ width, height }: Box): number {
  return Math.sqrt(width * height);
}

/** `interval`: seconds since the look before; a face that it has missed was hidden. */
function gateOf(interval: number, unseen: number): number {
  const { always, perSecondBetweenLooks, perSecondHidden, most } = gates;
  const hidden = unseen > interval;
  return Math.min(most, always + (hidden ? perSecondHidden * unseen : perSecondBetweenLooks * interval));
}
