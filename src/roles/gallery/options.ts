import { readTopicFilter } from "../../mqtt/topics.ts";
import { brokerOptions, loginOptions } from "../../settings/broker.ts";
import { type HttpAddress, readHttpAddress } from "../../settings/common-options.ts";
import { option } from "../../settings/option.ts";
import { defaultKey } from "../store/options.ts";
import { storedObjectsOptions } from "../stored-objects.ts";
import { readUsers } from "./http/auth.ts";
import { isLoopback } from "./http/server.ts";
import { readKeyLayout } from "./key-layout.ts";

/** The options of the page itself. */
export const pageOptions = {
  listen: option("[HOST:]PORT", "address of the web page; without a host this machine alone", readListen, {
    fallback: "127.0.0.1:8080",
  }),
  authFile: {
    ...option(
      "FILE",
      "users of the page, as htpasswd -B writes them; required beyond this machine",
      readUsers,
    ),
    readsFile: true as const,
  },
};

export const brokerFeedOptions = {
  topic: option("FILTER", "topic filter of faces", readTopicFilter, { fallback: "faces/#" }),
  ...loginOptions,
};

const { broker } = brokerOptions;

export const galleryOptions = {
  ...storedObjectsOptions,
  objectKey: option("TEMPLATE", "template of object keys, if store has another", readKeyLayout, {
    fallback: defaultKey,
  }),
  ...pageOptions,
  broker: option("URL", `${broker.summary}; shows faces as they arrive`, broker.parse, {
    fallbackNote: "none",
  }),
  ...brokerFeedOptions,
};

interface PageSettings {
  readonly listen?: HttpAddress;
  readonly authFile?: ReadonlyMap<string, string> | undefined;
}

/** Faces are shown to no one who is not known. */
export function pageFaults({ listen, authFile }: PageSettings): string[] {
  if (!listen || isLoopback(listen.host) || authFile !== undefined) return [];
  return [`--listen ${listen.host}:${listen.port} is open to other machines: it needs --auth-file`];
}

function readListen(text: string): HttpAddress {
  const { host, port } = readHttpAddress(text);
  return { host: host === "" ? "127.0.0.1" : host, port };
}
