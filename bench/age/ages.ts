/** A frame, known by a number that comes again, at a time in milliseconds. */
export interface Event {
  readonly number: number;
  readonly time: number;
}

export interface Age {
  /** When the picture arrived, milliseconds. */
  readonly time: number;
  /** Since its frame was sent, milliseconds. */
  readonly age: number;
}

/**
 * How old each picture was when it arrived: since its number was sent last. A number comes again when the camera starts
 * over, which is far longer than a picture is under way.
 */
export function agesOf(sent: readonly Event[], arrived: readonly Event[]): Age[] {
  const times = new Map<number, number[]>();
  for (const { number, time } of sent) times.set(number, [...(times.get(number) ?? []), time]);
  return arrived.flatMap(({ number, time }) => {
    const last = times.get(number)?.findLast((each) => each <= time);
    return last === undefined ? [] : [{ time, age: time - last }];
  });
}
