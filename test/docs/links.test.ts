import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { markdownPages } from "../support/markdown.ts";

/** The targets of a page's links, without those to other sites; code contains no links. */
function relativeLinks(page: string): string[] {
  const prose = readFileSync(page, "utf8")
    .replace(/^```[\s\S]*?^```/gm, "")
    .replace(/`[^`\n]*`/g, "");
  const links = [...prose.matchAll(/\]\(([^)\s]+)[^)]*\)/g)].map(([, link = ""]) => link);
  return links.filter((link) => !/^[a-z]+:/i.test(link));
}

/** The anchors that GitHub generates for a page's headings. */
function anchors(page: string): string[] {
  const headings = readFileSync(page, "utf8").matchAll(/^#+ +(.+)$/gm);
  const name = (text: string) =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-");
  return Array.from(headings, ([, text = ""]) => name(text));
}

test("links between pages lead to files and headings that exist", () => {
  const broken = markdownPages().flatMap((page) =>
    relativeLinks(page)
      .filter((link) => {
        const [path = "", anchor] = link.split("#");
        const target = path === "" ? page : join(dirname(page), path);
        return !existsSync(target) || (anchor !== undefined && !anchors(target).includes(anchor));
      })
      .map((link) => `${page} has a link to ${link}, which does not exist`),
  );
  assert.ok(broken.length === 0, broken.join("\n"));
});
