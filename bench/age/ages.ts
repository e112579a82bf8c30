/** A frame, identified by a number that repeats, at a time in milliseconds. */
export interface Event {
  readonly number: number;
  readonly time: number;
}

export interface Age {
  /** When the picture arrived, milliseconds. */
  readonly time: number;
  /** Time since its frame was sent, milliseconds. */
  readonly age: number;
}

/**
 * The age of each picture on arrival: the time since its number was last sent. Numbers repeat when the camera starts
 * over, which takes far longer than a picture takes to arrive.
 */
export function agesOf(sent: readonly Event[], arrived: readonly Event[]): Age[] {
  const times = new Map<number, number[]>();
  for (const { number, time } of sent) times.set(number, [...(times.get(number) ?? []), time]);
  return arrived.flatMap(({ number, time }) => {
    const last = times.get(number)?.findLast((each) => each <= time);
    return last === undefined ? [] : [{ time, age: time - last }];
  });
}
