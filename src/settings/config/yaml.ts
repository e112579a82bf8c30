import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
  visit,
  type YAMLError,
  type YAMLMap,
} from "yaml";
import type { Fault } from "../given.ts";

/*
 * The only file that knows the package `yaml`. All scalars are texts, as they are written (YAML's failsafe schema): an
 * option's own reader knows what `no`, `010` or `12:30` mean, and means the same by a flag. The package's messages quote
 * the file, which contains passwords, so ours replace them.
 */

/** A part of the configuration file. */
export type ConfigNode =
  | { readonly kind: "text"; readonly line: number; readonly text: string }
  /** A key without a value, `~` or `null`. */
  | { readonly kind: "empty"; readonly line: number }
  | { readonly kind: "list"; readonly line: number; readonly items: readonly ConfigNode[] }
  | { readonly kind: "map"; readonly line: number; readonly entries: readonly ConfigPair[] };

export interface ConfigPair {
  readonly key: string;
  readonly line: number;
  readonly value: ConfigNode;
}

export interface ParsedYaml {
  /** Absent: the file is empty. */
  readonly root?: ConfigNode | undefined;
  readonly faults: readonly Fault[];
}

/** Enough for thousands of cameras; aliases of aliases can mean billions of values. */
const mostNodes = 100_000;
const deepest = 20;

const twoColons =
  "a key must be followed by one `: `, a colon and a space; check the indentation of this line and the next, and put " +
  "quotation marks around a value that contains `: `";

const sentences: Readonly<Partial<Record<YAMLError["code"], string>>> = {
  TAB_AS_INDENT: "the indentation contains a tab: use spaces",
  BAD_INDENT: "the indentation differs from the lines above it, or a bracket above it is not closed",
  BLOCK_IN_FLOW: "a bracket above this line is not closed",
  BLOCK_AS_IMPLICIT_KEY: twoColons,
  MULTILINE_IMPLICIT_KEY: twoColons,
  BAD_SCALAR_START:
    "a value cannot begin with this character in YAML: put quotation marks around the value, '...'",
  BAD_DQ_ESCAPE: 'a backslash between "..." must be written twice, or use single quotation marks',
  MULTIPLE_DOCS: "a second document begins here (---): a configuration file is one",
  TAG_RESOLVE_FAILED: "tags (!...) are not supported; put quotation marks around a value that begins with !",
  BAD_DIRECTIVE: "this directive (%...) is unknown; put quotation marks around a value that begins with %",
  RESOURCE_EXHAUSTION: "there are too many brackets or levels of indentation",
  BAD_COLLECTION_TYPE: "tags (!...) are not supported",
};

/** Parses the text of a configuration file; never throws. */
export function parseYaml(text: string): ParsedYaml {
  const lineCounter = new LineCounter();
  const document = parseDocument(text.replace(/\r\n?/g, "\n"), {
    lineCounter,
    schema: "failsafe",
    resolveKnownTags: false,
    // Ours names both lines, and is not quadratic.
    uniqueKeys: false,
    prettyErrors: false,
    // "silent" would also hide a second document.
    logLevel: "error",
  });
  const lineAt = (offset: number) => Math.max(1, lineCounter.linePos(offset).line);
  const converter = new Converter(document, lineAt);
  const syntax = [...document.errors, ...document.warnings].map((error) =>
    syntaxFault(error, document, lineAt),
  );
  const root = document.contents === null ? undefined : converter.convert(document.contents);
  return {
    root: root?.kind === "empty" ? undefined : root,
    faults: onePerLine([...syntax, ...converter.faults]),
  };
}

/** The first fault of a line causes the others. */
function onePerLine(faults: readonly Fault[]): Fault[] {
  const lines = new Set<number | undefined>();
  return faults.filter(({ line }) => {
    const isFirst = !lines.has(line);
    lines.add(line);
    return isFirst;
  });
}

function syntaxFault(error: YAMLError, document: Document, lineAt: (offset: number) => number): Fault {
  const { code, pos, message } = error;
  if (code === "MISSING_CHAR" && message.includes("quote"))
    return { line: lineAt(lastQuote(document, pos[0])), text: "a quotation mark is not closed" };
  const missing = "`- ` before an item of a list, a comma between two, or a closing bracket is missing";
  const otherwise = code === "MISSING_CHAR" ? missing : "this is not valid YAML";
  const text = message.includes("map values") ? twoColons : (sentences[code] ?? otherwise);
  return { line: lineAt(pos[0]), text };
}

/** Where the last quoted value before an offset begins. */
function lastQuote(document: Document, end: number): number {
  let last = end;
  visit(document, {
    Scalar: (_, { type, range }) => {
      if (type?.startsWith("QUOTE") && range && range[0] <= end) last = range[0];
    },
  });
  return last;
}

class Converter {
  readonly faults: Fault[] = [];
  readonly #lineAt: (offset: number) => number;
  readonly #aliased = new Set<string>();
  readonly #anchors: Node[] = [];
  #nodes = 0;

  constructor(document: Document, lineAt: (offset: number) => number) {
    this.#lineAt = lineAt;
    visit(document, {
      Alias: (_, { source }) => void this.#aliased.add(source),
      Value: (_, node) => {
        if (node.anchor !== undefined) this.#anchors.push(node);
      },
    });
  }

  convert(node: unknown, depth = 0, around = 1): ConfigNode {
    const line = lineOf(node, this.#lineAt) ?? around;
    if (++this.#nodes > mostNodes || depth > deepest) {
      if (this.#nodes < Number.MAX_SAFE_INTEGER)
        this.faults.push({
          line,
          text: "there are too many values or levels, or an alias (*) that contains itself",
        });
      this.#nodes = Number.MAX_SAFE_INTEGER;
      return { kind: "empty", line };
    }
    if (isAlias(node)) return this.#followAlias(node, line, depth);
    if (isMap(node)) return { kind: "map", line, entries: this.#entries(node, line, depth) };
    if (isSeq(node))
      return { kind: "list", line, items: node.items.map((item) => this.convert(item, depth + 1, line)) };
    return isScalar(node) ? this.#scalar(node, line) : { kind: "empty", line };
  }

  #scalar(node: Scalar, line: number): ConfigNode {
    // A password that begins with & loses its first word.
    if (node.anchor !== undefined && !this.#aliased.has(node.anchor))
      this.faults.push({
        line,
        text: "a value that begins with & is an anchor that nothing uses: put quotation marks around the value",
      });
    const text = typeof node.value === "string" ? node.value : "";
    if (node.type === "PLAIN" && /^(|~|null|Null|NULL)$/.test(text)) return { kind: "empty", line };
    // Nobody means the line break at the end of a block.
    return { kind: "text", line, text: node.type?.startsWith("BLOCK") ? text.replace(/\n+$/, "") : text };
  }

  #followAlias(alias: Alias, line: number, depth: number): ConfigNode {
    const isBefore = (node: Node) => (node.range?.[0] ?? 0) < (alias.range?.[0] ?? 0);
    const target = this.#anchors.findLast(
      (node) => "anchor" in node && node.anchor === alias.source && isBefore(node),
    );
    if (target) return { ...this.convert(target, depth + 1, line), line };
    const text =
      "a value that begins with * is an alias, and nothing above has this anchor: put quotation marks around it";
    this.faults.push({ line, text });
    return { kind: "empty", line };
  }

  /** Own keys beat those that are merged with `<<`. */
  #entries(map: YAMLMap, around: number, depth: number): ConfigPair[] {
    const entries = new Map<string, ConfigPair>();
    const merged: ConfigPair[] = [];
    for (const pair of map.items) {
      const line = lineOf(pair.key, this.#lineAt) ?? around;
      const key = isScalar(pair.key) ? keyText(pair.key) : undefined;
      if (key === undefined) this.faults.push({ line, text: "a key must be a word" });
      else if (key === "<<") merged.push(...this.#merged(pair.value, line, depth));
      else {
        const first = entries.get(key)?.line;
        const value = this.convert(pair.value, depth + 1, line);
        if (first === undefined) entries.set(key, { key, line, value });
        else this.faults.push({ line, text: `${shownKey(key)} is there twice, first in line ${first}` });
      }
    }
    for (const entry of merged) if (!entries.has(entry.key)) entries.set(entry.key, entry);
    return [...entries.values()];
  }

  #merged(value: unknown, line: number, depth: number): readonly ConfigPair[] {
    const node = this.convert(value, depth + 1, line);
    const maps = node.kind === "list" ? node.items : [node];
    if (maps.some(({ kind }) => kind !== "map"))
      this.faults.push({ line, text: "<< must name a mapping: an alias such as *defaults" });
    return maps.flatMap((map) => (map.kind === "map" ? map.entries : []));
  }
}

/** A key as a fault may show it: what is no option's name may be a part of a password. */
export function shownKey(key: string): string {
  return /^[A-Za-z][\w-]{0,40}$/.test(key) ? key : "a key that cannot be an option's name";
}

function keyText({ value, source }: Scalar): string {
  return typeof value === "string" ? value : (source ?? "");
}

function lineOf(node: unknown, lineAt: (offset: number) => number): number | undefined {
  const { range } = (node ?? {}) as Partial<Node>;
  return range ? lineAt(range[0]) : undefined;
}
