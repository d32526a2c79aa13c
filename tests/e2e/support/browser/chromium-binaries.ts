import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { stage } from "../files/staging.ts";

/** A Chromium, with everything that it needs except the C library. */
export type Chromium = { program: string; libraryPath?: string; fontConfiguration?: string };

/**
 * The package unpacks its libraries (NSS, NSPR, expat) only if it detects a Lambda. It unpacks to fixed names
 * in TMPDIR and trusts files that are already there. So it runs in a separate process, with both variables
 * set.
 */
const unpack = 'import chromium from "@sparticuz/chromium"; await chromium.executablePath();';

/** Uses only the package's fonts, so that every machine draws the same page, even one without fonts. */
const fontConfiguration = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`;

/**
 * Finds Chromium: the one that CHROMIUM_PATH names, or the one of the registry package @sparticuz/chromium
 * (Linux x64), unpacked once per version. Throws if neither is available.
 */
export async function findChromium(environment: NodeJS.ProcessEnv = process.env): Promise<Chromium> {
  if (environment.CHROMIUM_PATH) return { program: environment.CHROMIUM_PATH };
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error(
      "the packaged Chromium is for Linux x64: set CHROMIUM_PATH to a Chromium or Chrome of this machine",
    );
  }
  const folder = await stage({ name: "chromium", version: await packageVersion(), fill });
  return {
    program: join(folder, "chromium"),
    libraryPath: join(folder, "al2023/lib"),
    fontConfiguration: join(folder, "fonts/fonts.conf"),
  };
}

async function fill(folder: string): Promise<void> {
  await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", unpack], {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    env: { TMPDIR: folder, AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x" },
  });
  writeFileSync(join(folder, "fonts/fonts.conf"), fontConfiguration);
}

async function packageVersion(): Promise<string> {
  const path = new URL("../package.json", import.meta.resolve("@sparticuz/chromium"));
  return JSON.parse(await readFile(path, "utf8")).version;
}
