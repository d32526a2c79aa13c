import { once } from "node:events";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, dirname } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { findChromium } from "./chromium-binaries.ts";
import { launchBrowser } from "./launch-browser.ts";

const isPackaged = process.env.CHROMIUM_PATH === undefined;
let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

test("runs scripts and draws text in the packaged font", async () => {
  const page = await browser.newPage();
  await page.setContent(
    "<p style='font-family: sans-serif'>Usher</p><script>document.title = 'ran'</script>",
  );
  expect(await page.title()).toBe("ran");
  const width = await page.locator("p").evaluate((element) => {
    element.style.display = "inline";
    return element.getBoundingClientRect().width;
  });
  expect(width).toBeGreaterThan(20);
  await page.close();
});

test("reaches no host except this machine", async () => {
  const server = createServer((_request, response) => response.end("reached")).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const page = await browser.newPage();
  await page.goto(`http://localhost:${port}/`);
  expect(await page.textContent("body")).toBe("reached");
  // Any other name fails, even this one, which browsers resolve to the same address without DNS.
  await expect(page.goto(`http://another.localhost:${port}/`)).rejects.toThrow("ERR_NAME_NOT_RESOLVED");
  await page.close();
});

test.skipIf(!isPackaged)("needs no system library except the C library and the compiler's", async () => {
  const { program } = await findChromium();
  const page = await browser.newPage();
  await page.setContent("<canvas></canvas><input type='file'><p>text</p>");
  await page.screenshot();
  const loaded = processesOf(program).flatMap((pid) => librariesOf(pid));
  expect(loaded.some((path) => basename(path) === "libnss3.so")).toBe(true);
  const systemLibraries = loaded.filter((path) => !path.startsWith(dirname(program)));
  const allowed = /^(ld-linux-x86-64|libc|libm|libdl|libpthread|librt|libgcc_s|libnss_\w+|libresolv)[.-]/;
  expect(
    [...new Set(systemLibraries.map((path) => basename(path)))].filter((name) => !allowed.test(name)),
  ).toEqual([]);
  await page.close();
});

function processesOf(program: string): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => {
      try {
        return pid > 0 && readlinkSync(`/proc/${pid}/exe`) === program;
      } catch {
        return false; // Another user's, or already ended.
      }
    });
}

function librariesOf(pid: number): string[] {
  const maps = readFileSync(`/proc/${pid}/maps`, "utf8");
  return [...new Set(maps.match(/\/\S+\.so(\.\S+)?$/gm) ?? [])];
}
