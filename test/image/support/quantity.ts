const factors: Readonly<Record<string, number>> = {
  "": 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
};

/** A Kubernetes quantity (`128Mi`, `250m`, `1`) as a number of bytes or cores. */
export function numberOf(quantity: string | number): number {
  const [, digits, unit = ""] = String(quantity).match(/^([\d.]+)([A-Za-z]*)$/) ?? [];
  const factor = factors[unit];
  if (digits === undefined || factor === undefined)
    throw new Error(`the runner does not support the quantity ${quantity}`);
  return Number(digits) * factor;
}
