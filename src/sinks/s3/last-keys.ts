import type { ListPage } from "./list-page.ts";

type List = (request: Readonly<Record<string, string | number>>) => Promise<ListPage>;

/** In descending order: the characters of the times and ids that names begin with. */
const digits = [..."fedcba9876543210.-"];

/**
 * The last `most` keys with this prefix that sort before `before`, descending. A bucket lists in ascending order only, so what
 * has more keys than one page is divided by the next digit, and only the last parts are listed.
 */
export async function lastKeysBelow(
  prefix: string,
  before: string,
  most: number,
  list: List,
): Promise<readonly string[]> {
  const page = await list({ Prefix: prefix });
  if (page.next === undefined) {
    const keys = page.objects.map(({ key }) => key).filter((key) => key < before);
    return keys.sort().reverse().slice(0, most);
  }
  const parts = digits.map((digit) => prefix + digit).filter((part) => part < before);
  const isUsed = await Promise.all(parts.map(async (part) => hasKeys(part, list)));
  const found: string[] = [];
  for (const [index, part] of parts.entries()) {
    if (!isUsed[index]) continue;
    found.push(...(await lastKeysBelow(part, before, most - found.length, list)));
    if (found.length >= most) break;
  }
  return found;
}

async function hasKeys(prefix: string, list: List): Promise<boolean> {
  return (await list({ Prefix: prefix, MaxKeys: 1 })).objects.length > 0;
}
