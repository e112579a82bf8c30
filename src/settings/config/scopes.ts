import { withCommon } from "../common-options.ts";
import { nearest } from "../environment.ts";
import type { Fault, Given, GivenValue, Layer } from "../given.ts";
import type { Subcommand } from "../help.ts";
import { fileKeyOf } from "../names.ts";
import type { Option, Options } from "../option.ts";
import type { ConfigFile } from "./config-file.ts";
import { type ConfigNode, type ConfigPair, shownKey } from "./yaml.ts";

/** The key of the list of cameras. */
export const camerasKey = "cameras";

/** One mapping of the file: its top, the section of a role, or an entry of `cameras`. */
export interface Scope {
  /** `detect`, `detect.cameras[0]`; "" for the top. */
  readonly label: string;
  readonly line: number;
  /** By option key. */
  readonly givens: ReadonlyMap<string, Given>;
  readonly cameras?: CameraList | undefined;
  /** Option keys that are there and wrong: misspelt, or without a value. These are not missing. */
  readonly misspelt: ReadonlySet<string>;
}

interface CameraList {
  readonly line: number;
  readonly entries: readonly Scope[];
  /** It is no list, or has an entry that is no mapping. */
  readonly isWrong: boolean;
}

export interface Scopes {
  readonly top: Scope;
  /** By the name of the role. */
  readonly sections: ReadonlyMap<string, Scope>;
  /** Unknown keys and wrong shapes. */
  readonly faults: readonly Fault[];
}

/** What a mapping may contain. */
interface Known {
  readonly options: Options;
  /** What an entry of `cameras` may contain; absent: no list of cameras. */
  readonly camera?: Options | undefined;
  /** Names of sections. */
  readonly sections: readonly string[];
  /** What to say of a key that is known elsewhere. */
  readonly elsewhere: (key: string) => string;
}

const empty: Scope = { label: "", line: 1, givens: new Map(), misspelt: new Set() };

export function scopesOf({ root }: ConfigFile, roles: readonly Subcommand[]): Scopes {
  const reader = new ScopeReader(roles);
  return { ...reader.read(root), faults: reader.faults };
}

export function scopeLayer({ givens }: Scope): Layer {
  return (key) => givens.get(key);
}

class ScopeReader {
  readonly faults: Fault[] = [];
  readonly #roles: readonly Subcommand[];

  constructor(roles: readonly Subcommand[]) {
    this.#roles = roles;
  }

  read(root: ConfigNode | undefined): Pick<Scopes, "top" | "sections"> {
    const sections = new Map<string, Scope>();
    if (root === undefined) return { top: empty, sections };
    const known: Known = {
      options: Object.assign({}, ...this.#roles.map(({ options }) => withCommon(options))),
      camera: Object.assign({}, ...this.#roles.map(({ cameraOptions }) => cameraOptions)),
      sections: this.#roles.map(({ name }) => name),
      elsewhere: () => "",
    };
    const top = this.#scope(root, "", known, (pair) => {
      const role = this.#roles.find(({ name }) => name === pair.key);
      if (role) sections.set(role.name, this.#section(pair.value, role));
      return role !== undefined;
    });
    return { top, sections };
  }

  #section(node: ConfigNode, { name, options, cameraOptions: camera }: Subcommand): Scope {
    const elsewhere = (key: string) => this.#rolesWith(key);
    return this.#scope(node, name, { options: withCommon(options), camera, sections: [], elsewhere });
  }

  /** `takesPair`: a pair that it takes is no option. */
  #scope(node: ConfigNode, label: string, known: Known, takesPair = (_: ConfigPair) => false): Scope {
    const { line } = node;
    const givens = new Map<string, Given>();
    const misspelt = new Set<string>();
    let cameras: CameraList | undefined;
    const scope = () => ({ label, line, givens, cameras, misspelt });
    // All lines of a section may be comments.
    if (node.kind === "empty") return scope();
    if (node.kind !== "map") {
      this.#fault(line, `${label || "the file"} must be a mapping: lines such as \`log-level: info\``);
      return scope();
    }
    const keys = new Map(fileKeys(known.options));
    for (const pair of node.entries) {
      if (takesPair(pair)) continue;
      const name = label === "" ? pair.key : `${label}.${pair.key}`;
      const key = keys.get(pair.key);
      const option = key === undefined ? undefined : known.options[key];
      if (pair.key === camerasKey && known.camera) cameras = this.#cameras(pair, name, known.camera);
      else if (key !== undefined && option) {
        const given = this.#given(pair, name, option);
        if (given) givens.set(key, given);
        else misspelt.add(key);
      } else {
        const meant = this.#unknown(pair, label, known);
        if (meant !== undefined) misspelt.add(meant === camerasKey ? "camera" : (keys.get(meant) ?? meant));
      }
    }
    if (cameras?.isWrong) misspelt.add("camera");
    return scope();
  }

  #cameras({ value, line }: ConfigPair, label: string, options: Options): CameraList {
    if (value.kind === "empty") return { line, entries: [], isWrong: false };
    if (value.kind !== "list") {
      const text = `${label}: must be a list: begin each camera with \`- \`, as in \`- { name: door, camera: 0 }\``;
      this.#fault(line, text);
      return { line, entries: [], isWrong: true };
    }
    const elsewhere = (key: string) =>
      this.#rolesWith(key) === "" ? "" : "; it cannot be set for one camera alone";
    const entries = value.items.map((item, index) => {
      const name = `${label}[${index}]`;
      if (item.kind === "map") return this.#scope(item, name, { options, sections: [], elsewhere });
      this.#fault(item.line, `${name}: must be a mapping such as \`{ name: door, camera: 0 }\``);
      return undefined;
    });
    const known = entries.filter((entry) => entry !== undefined);
    return { line, entries: known, isWrong: known.length < entries.length };
  }

  #given({ value, line }: ConfigPair, source: string, option: Option<unknown>): Given | undefined {
    if (value.kind === "text")
      return { source, line, values: [{ text: value.text, source, line: value.line }] };
    if (value.kind === "list") {
      const values = value.items.map((item, index) => this.#item(item, `${source}[${index}]`));
      const known = values.filter((each) => each !== undefined);
      return known.length === values.length ? { source, line, values: known, isList: true } : undefined;
    }
    const placeholder = option.placeholder ?? "true or false";
    const expected =
      value.kind === "empty" ? `has no value: ${placeholder}` : `must be one value, ${placeholder}`;
    this.#fault(line, `${source}${value.kind === "empty" ? "" : ":"} ${expected}`);
    return undefined;
  }

  #item(item: ConfigNode, source: string): GivenValue | undefined {
    if (item.kind === "text") return { text: item.text, source, line: item.line };
    this.#fault(item.line, `${source}: must be one value${item.kind === "empty" ? ", and is empty" : ""}`);
    return undefined;
  }

  /** Reports an unknown key; returns the key of the file that is probably meant. */
  #unknown({ key, line }: ConfigPair, label: string, known: Known): string | undefined {
    const candidates = [
      ...Array.from(fileKeys(known.options), ([fileKey]) => fileKey),
      ...(known.camera ? [camerasKey] : []),
      ...known.sections,
    ];
    const elsewhere = known.elsewhere(key);
    const meant = elsewhere === "" ? meantBy(key, candidates) : undefined;
    const hint = meant === undefined ? elsewhere : `, did you mean ${meant}?`;
    const isWord = shownKey(key) === key;
    const name = isWord ? (label === "" ? key : `${label}.${key}`) : label || "the file";
    const colon = /^[\w-]+:\S/.test(key) ? ": put a space after the colon" : "";
    const what = label === "" ? "there is no such option and no such role" : "there is no such option";
    this.#fault(line, isWord ? `${name}: ${what}${hint}` : `${name} has ${shownKey(key)}${colon}`);
    return meant;
  }

  #rolesWith(fileKey: string): string {
    const roles = this.#roles.filter(({ options, cameraOptions }) =>
      fileKey === camerasKey ? cameraOptions : new Map(fileKeys(options)).has(fileKey),
    );
    if (roles.length === 0) return "";
    return `; it is an option of ${roles.map(({ name }) => name).join(", ")}`;
  }

  #fault(line: number, text: string): void {
    this.faults.push({ line, text });
  }
}

/** Keys of the file with the option keys that they stand for. */
function* fileKeys(options: Options): Iterable<readonly [fileKey: string, key: string]> {
  for (const [key, option] of Object.entries(options)) if (!option.notInFile) yield [fileKeyOf(key), key];
}

/** The candidate that a key probably means, also when it is written as a flag, a variable or in camel case. */
function meantBy(key: string, candidates: readonly string[]): string | undefined {
  const word = key.replace(/^--?|^FACEPIPE_/, "");
  const spellings = [fileKeyOf(word), word.toLowerCase().replaceAll("_", "-")];
  return candidates.find((each) => spellings.includes(each)) ?? nearest(key, candidates);
}
