import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { suite, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { newEpoch } from "../../../src/face/face-id.ts";
import { chromiumMissing, complaintsOf, startChromium } from "../../support/chromium.ts";
import { startFacepipe } from "../../support/facepipe.ts";
import { emptyFolder } from "../../support/folder.ts";
import { mosquittoMissing, startMosquitto } from "../../support/mosquitto.ts";
import { publishWithMosquitto } from "../../support/mosquitto-clients.ts";
import { facesOf, messagesOf, writeTo } from "../audit/store.ts";
import { startGallery } from "./gallery.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe-core finds wrong with the page as it is now. */
async function faultsOf(page: Page): Promise<string[]> {
  // By the debugger: the page's own policy would refuse the script.
  await page.evaluate(axe);
  return page.evaluate(async () => {
    // biome-ignore lint/suspicious/noExplicitAny: axe-core has put it there.
    const { violations } = await (globalThis as any).axe.run();
    // biome-ignore lint/suspicious/noExplicitAny: the same.
    return violations.map(({ id, nodes }: any) => `${id}: ${nodes.map(({ html }: any) => html).join()}`);
  });
}

async function isTooWide(page: Page): Promise<boolean> {
  return page.evaluate("document.documentElement.scrollWidth > innerWidth");
}

suite("the page in Chromium", { skip: chromiumMissing() ?? mosquittoMissing() ?? false }, () => {
  let browser: Promise<Browser> | undefined;
  const context = async (t: Parameters<typeof startChromium>[0], options = {}) => {
    browser ??= startChromium({ after: () => undefined });
    const opened = await (await browser).newContext(options);
    t.after(() => opened.close());
    return opened.newPage();
  };
  test.after(async () => (await browser)?.close());

  test("a face appears when it is published, is said to be stored, and its name is never markup", async (t) => {
    const broker = await startMosquitto();
    t.after(() => broker.stop());
    const folder = emptyFolder(t);
    const { url } = await startGallery(t, folder, ["--broker", broker.url]);
    const page = await context(t);
    const complaints = complaintsOf(page);
    await page.goto(url);
    await page.getByText("There is no face yet.").waitFor();
    await page.getByText("Connected to the broker").waitFor();

    const camera = `<img src=x onerror="document.title='run'">`;
    const [message] = messagesOf(newEpoch(), [1], { camera });
    await publishWithMosquitto(broker, "faces/odd", message ?? "");
    await page.locator(".name", { hasText: camera }).waitFor();
    await page.getByText("not stored yet").waitFor();
    await page.getByText("1 face received, 0 stored, 1 on the way").waitFor();

    startFacepipe(t, ["store", "--broker", broker.url, "--to", folder, "--client-id", "late"]);
    // It subscribed after the face: detect sends a face again that has no receipt.
    await page.getByText("1 on the way").waitFor();
    await page.evaluate("scrollTo(0, 0)");
    let isStored = false;
    const stored = page
      .getByText("1 stored, none is waiting")
      .waitFor()
      .then(() => {
        isStored = true;
      });
    while (!isStored) {
      await publishWithMosquitto(broker, "faces/odd", message ?? "");
      await Promise.race([stored, page.waitForTimeout(300)]);
    }
    assert.equal(await page.getByText("not stored yet").count(), 0);
    assert.equal(await page.locator(".card").count(), 1);

    await page.locator(".card").press("Enter");
    await page.locator("dialog dd", { hasText: camera }).waitFor();
    assert.equal(await page.locator("dialog dd", { hasText: "stored" }).first().textContent(), "stored");
    assert.equal(await page.title(), "Faces - facepipe");
    assert.equal(await page.locator('img[src="x"]').count(), 0);
    await page.keyboard.press("Escape");
    assert.equal(await page.evaluate("document.activeElement.className"), "card");
    assert.deepEqual(complaints, []);
  });

  test("the broker stops: the page says so, and shows what is stored all the same", async (t) => {
    const broker = await startMosquitto();
    t.after(() => broker.stop());
    const folder = emptyFolder(t);
    const epoch = newEpoch();
    writeTo(folder, facesOf(epoch, [1]));
    const { url } = await startGallery(t, folder, ["--broker", broker.url]);
    const page = await context(t);
    await page.goto(url);
    await page.locator(".card").waitFor();
    await page.getByText("Connected to the broker").waitFor();
    await broker.kill();
    await page.getByText("The broker cannot be reached").waitFor();
    writeTo(folder, facesOf(epoch, [2]));
    await page.locator(".card").nth(1).waitFor();
    await broker.restart();
    await page.getByText("Connected to the broker").waitFor();
  });

  test("the server stops: the page says so", async (t) => {
    const folder = emptyFolder(t);
    writeTo(folder, facesOf(newEpoch(), [1]));
    const { url, program } = await startGallery(t, folder);
    const page = await context(t);
    await page.goto(url);
    await page.getByText("New faces appear as they are stored.").waitFor();
    await program.stop();
    await page.getByRole("alert").getByText("cannot be reached").waitFor();
  });

  test("days, cameras and visits: scrolling reads on, and a day is found at once", async (t) => {
    const folder = emptyFolder(t);
    const epoch = newEpoch();
    const today = Date.parse("2026-11-21T14:00:00Z");
    const seqs = Array.from({ length: 150 }, (_, index) => index + 1);
    writeTo(folder, facesOf(epoch, seqs, { camera: "door", visit: "7", start: today }));
    writeTo(folder, facesOf(newEpoch(), [1, 2], { camera: "yard", start: today - 400 * 86_400_000 }));
    const { url } = await startGallery(t, folder);
    const page = await context(t);
    await page.goto(url);
    await page.locator(".card").first().waitFor();
    assert.ok((await page.locator(".card").count()) < 150, "the first screen does not read all");
    await scrollToEnd(page);
    assert.equal(await page.locator(".card").count(), 152);
    const days = await page.locator("h2").allTextContents();
    assert.deepEqual(days.slice(0, 2), ["Saturday, November 21, 2026", "Friday, October 17, 2025"]);

    await page.getByLabel("Day").fill("2025-10-20");
    await page.getByText("These are all faces.").waitFor();
    assert.equal(await page.locator(".card").count(), 2);
    assert.match(page.url(), /day=2025-10-20/);

    await page.getByRole("button", { name: "Newest" }).click();
    await page.getByLabel("Camera").selectOption("door");
    await page.getByLabel("Show").selectOption("visits");
    await page.locator(".visit").first().waitFor();
    await scrollToEnd(page);
    await page.locator(".visit h3", { hasText: "150 pictures" }).waitFor();
    assert.equal(await page.locator(".visit").count(), 1);
  });

  test("axe-core finds nothing, in dark and light, and it fits the width of a phone", async (t) => {
    const folder = emptyFolder(t);
    const camera = "a-camera-with-a-very-long-name-that-has-no-place-to-break-it-at-all";
    writeTo(folder, facesOf(newEpoch(), [1, 2, 3], { camera }));
    const { url } = await startGallery(t, folder);
    for (const colorScheme of ["dark", "light"] as const) {
      const page = await context(t, { colorScheme, viewport: { width: 320, height: 600 } });
      for (const path of ["/", "/?view=visits"]) {
        await page.goto(url + path);
        await page.locator(".card").first().waitFor();
        assert.deepEqual(await faultsOf(page), []);
        assert.equal(await isTooWide(page), false, path);
      }
      await page.locator(".card").first().click();
      await page.getByRole("link", { name: "Open the picture" }).waitFor();
      assert.deepEqual(await faultsOf(page), []);
      assert.equal(await isTooWide(page), false);
      const sizes = await page.locator("button:visible, select:visible, input:visible").all();
      for (const each of sizes) assert.ok(((await each.boundingBox())?.height ?? 0) >= 24);
    }
  });
});

async function scrollToEnd(page: Page): Promise<void> {
  while ((await page.getByText("These are all faces.").count()) === 0) {
    await page.mouse.wheel(0, 5000);
    await page.waitForTimeout(50);
  }
}
