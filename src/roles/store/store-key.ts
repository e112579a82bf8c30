import { type KeyTemplate, parseKeyTemplate } from "../../face/key.ts";
import { readPem } from "../../settings/broker.ts";

/**
 * `--key` has two meanings that meet in store: the template of object keys, and the private key of `--cert`, as in
 * every role. Every template has placeholders, so one without is a file; `--tls-key` gives the file when both are needed.
 */
export type StoreKey = { readonly template: KeyTemplate } | { readonly tlsKey: Buffer };

export function readStoreKey(text: string): StoreKey {
  if (text.includes("{")) return { template: parseKeyTemplate(text) };
  try {
    return { tlsKey: readPem(text) };
  } catch {
    throw new Error("must be a template with {id}, or the file with the private key of --cert");
  }
}
