import type { TestContext } from "node:test";
import { type Browser, chromium, type Page } from "playwright-core";
import { findCommand } from "./commands.ts";

const names = ["chromium", "chromium-browser", "google-chrome"];

export function chromiumMissing(): string | undefined {
  return names.some(findCommand) ? undefined : "needs a browser (Debian: chromium)";
}

/** The system's Chromium; it is closed when the test ends. */
export async function startChromium(t: Pick<TestContext, "after">): Promise<Browser> {
  const executablePath = names.map(findCommand).find((path) => path !== undefined) ?? "";
  // Its sandbox does not start as root, which a container's tests are.
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const browser = await chromium.launch({ executablePath, args });
  t.after(() => browser.close());
  return browser;
}

/** Everything that the page complained about: errors of scripts, and what the Content-Security-Policy refused. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on("pageerror", ({ message }) => complaints.push(message));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  return complaints;
}
