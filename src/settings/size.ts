const units: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  k: 2 ** 10,
  kb: 1e3,
  kib: 2 ** 10,
  m: 2 ** 20,
  mb: 1e6,
  mib: 2 ** 20,
  g: 2 ** 30,
  gb: 1e9,
  gib: 2 ** 30,
  t: 2 ** 40,
  tb: 1e12,
  tib: 2 ** 40,
};

/** Reads a size, `500MB`, `1.5 GiB`, `1048576`, as bytes; throws an Error when it is none. */
export function readSize(text: string): number {
  const [, digits = "", unit = ""] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim()) ?? [];
  const bytes = Math.floor(Number(digits) * (units[unit.toLowerCase()] ?? Number.NaN));
  if (digits === "" || !Number.isSafeInteger(bytes)) throw new Error("must be a size such as 500MB or 2GiB");
  return bytes;
}
