import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { findChromium } from "./chromium-binaries.ts";

/** Neither the page nor the browser itself can reach anything but the loopback interface. */
const resolverRules = "MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1";
const offline = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-domain-reliability",
  "--disable-sync",
  "--no-default-browser-check",
  "--no-first-run",
  "--no-pings",
];

interface BrowserOptions {
  /** Names of hosts that are this machine, such as `*.example.test`. */
  readonly names?: readonly string[];
}

/**
 * Starts a headless Chromium, as root or as any other user. It needs nothing installed on the machine. It
 * ends with `browser.close()`, and when this process dies.
 *
 * It runs WITHOUT Chromium's sandbox, which is not available to root and in many containers. Open only the
 * project's own pages in it.
 */
export async function launchBrowser({ names = [] }: BrowserOptions = {}): Promise<Browser> {
  const rules = [...names.map((name) => `MAP ${name} 127.0.0.1`), resolverRules].join(", ");
  const { program, libraryPath, fontConfiguration } = await findChromium();
  const home = mkdtempSync(join(tmpdir(), "usher-browser-"));
  const removeHome = () => rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  try {
    const browser = await chromium.launch({
      executablePath: program,
      headless: true,
      chromiumSandbox: false,
      args: [`--host-resolver-rules=${rules}`, ...offline],
      env: {
        HOME: home,
        TMPDIR: home,
        XDG_CACHE_HOME: home,
        XDG_CONFIG_HOME: home,
        ...(libraryPath === undefined ? {} : { LD_LIBRARY_PATH: libraryPath }),
        ...(fontConfiguration === undefined ? {} : { FONTCONFIG_FILE: fontConfiguration }),
      },
    });
    browser.once("disconnected", removeHome);
    process.once("exit", removeHome);
    return browser;
  } catch (error) {
    removeHome();
    throw error;
  }
}
