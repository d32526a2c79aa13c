import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { brokenLinks } from "./check-links.ts";

const folder = mkdtempSync(join(tmpdir(), "usher-links-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

test("finds links that lead nowhere, and no others", () => {
  write({
    "index.html": `<h1 id="top">A</h1><a class="x" href="/docs/guide/a">1</a><a href="./guide/a#b-c">2</a>
      <a href="#top">3</a><a href="/docs/">4</a><a href="https://example.com/x#y">5</a><img src="/docs/a.svg">
      <a href="mailto:a@example.com">6</a><code>&lt;a href="/nowhere"&gt;</code>`,
    "guide/a.html": `<h2 id="b-c">B</h2><a href="../">1</a><a href="./a.md">2</a>
      <a href="/docs/guide/gone">3</a><a href="#gone">4</a><a href="/elsewhere">5</a><script src="/docs/gone.js"></script>
      <a href="../#gone">6</a>`,
    "guide/a.md": "",
    "a.svg": "",
  });
  expect(brokenLinks(folder, "/docs/")).toEqual([
    "guide/a.html links to #gone",
    "guide/a.html links to ../#gone",
    "guide/a.html links to /docs/gone.js",
    "guide/a.html links to /docs/guide/gone",
    "guide/a.html links to /elsewhere",
  ]);
});
