import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { loadRoles } from "../../src/roles/role-table.ts";
import { withCommon } from "../../src/settings/common-options.ts";
import { programHelp, subcommandHelp } from "../../src/settings/help.ts";
import { markdownPages } from "../support/markdown.ts";

/** Words that a reader cannot search for, or that had several meanings, and the standard terms that replace them. */
const banned: readonly (readonly [word: RegExp, use: string])[] = [
  [/\blines?\b/gi, "pipeline, or uplink (edge to cloud)"],
  [/\b(in hand|under ?way)\b/gi, "in flight"],
  [/\b(settl(e|es|ed|ing)|leav(e|es|ing)|left)\b/gi, "acknowledge, confirm, drain, remain"],
  [/\b(patience|patient|so long|for good)\b/gi, "timeout, retry, grace period, permanently"],
  [/\b(giv(e|es|en|ing)|gave)\b/gi, "set, pass, return, provide"],
  [
    /\b(look(s|ed|ing)?|sights?|glanc(e|es|ed)|seen|shots? kept|kept shots?)\b/gi,
    "analyse, frame, detection, best shot",
  ],
  [/\b(child|children|eyes?)\b/gi, "worker"],
  [/\b(come|comes|came|coming) back\b/gi, "reconnect, return"],
  [/\b(visits? of (a|the) broker|knock(s|ed|ing)?)\b/gi, "session, subscription, presence"],
  [/\b(doors?|recipients?|tenants?|rooms?)\b/gi, "entrance (a camera's name), subscriber, extension, folder"],
  [/\bleast score\b/gi, "minimum detection score"],
  [/\byou want to\b/gi, "this page explains how to"],
];

/** Where such a word is the standard term. */
const allowed: readonly RegExp[] = [
  // Lines of text.
  /\b(command|JSON|log|first|last|each|per|one|several|user's)\s+lines?\b|\bline\s+in\s+`/gi,
  // The former name of an option, in the list of renamed options.
  /--leave\b/g,
  // Directions, and parts of a face.
  /\b(left|right)\s+eyes?\b|\bbetween\s+the\s+eyes\b/gi,
  /\b(upper|right\s+and)\s+left\b/gi,
  // The glossary's explanation of "worker".
  /\bchild\s+process\b/gi,
];

/** What a text says instead of a standard term, with the number of the line. */
function faults(name: string, text: string): string[] {
  const rest = allowed.reduce(
    (left, phrase) => left.replace(phrase, (found) => found.replace(/\S/g, "_")),
    text,
  );
  return banned.flatMap(([word, use]) =>
    Array.from(rest.matchAll(word), ({ 0: found, index }) => {
      const line = rest.slice(0, index).split("\n").length;
      return `${name}:${line} says "${found}": use ${use}`;
    }),
  );
}

test("the pages use standard terms", () => {
  const pages = markdownPages().filter((page) => /^([A-Z]+\.md|docs\/[^/]+\.md)$/.test(page));
  assert.ok(pages.includes("README.md") && existsSync("docs/architecture.md"));
  const found = pages.flatMap((page) => faults(page, readFileSync(page, "utf8")));
  assert.ok(found.length === 0, found.join("\n"));
});

test("the help texts use standard terms", async () => {
  const roles = await loadRoles();
  const { description } = JSON.parse(readFileSync("package.json", "utf8"));
  const found = [
    ...faults("facepipe --help", programHelp(roles, description)),
    ...roles.flatMap((role) =>
      faults(`facepipe ${role.name} --help`, subcommandHelp({ ...role, options: withCommon(role.options) })),
    ),
  ];
  assert.ok(found.length === 0, found.join("\n"));
});
