import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const decisions = globSync("docs/decisions/[0-9]*.md", { cwd: root }).sort();
const documents = globSync(["*.md", "docs/**/*.md", "packages/*/README.md"], {
  cwd: root,
  // The documentation site installs a compiler there.
  exclude: (name) => name === "node_modules",
}).sort();

/** A path into the repository, in backticks. One with a placeholder or a pattern in it is not a file's. */
const namedPath =
  /`((?:\.ci|\.github|apps|bench|conformance|docs|packages|ports|scripts|tests)\/[^`\s*{}<>…]*)`/g;
const link = /\]\(([^)\s:]+)\)/g;

function read(document: string): string {
  return readFileSync(join(root, document), "utf8");
}

/** The text without its blocks of code, which name other projects' files. */
function proseOf(document: string): string {
  return read(document).replaceAll(/^```.*?^```$/gms, "");
}

/** Whether a build makes it, so that a fresh clone does not have it. */
function isBuilt(path: string): boolean {
  return /\/dist(?:\/|$)/.test(path);
}

/** The anchors that GitHub gives to a document's headings. */
function anchorsOf(document: string): string[] {
  return [...proseOf(document).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\- _]/gu, "")
      .replaceAll(" ", "-"),
  );
}

describe("decision records", () => {
  // A long title goes over two lines.
  const index = read("docs/decisions/README.md").replaceAll(/\n {2}/g, " ");

  it("are numbered without a gap", () => {
    const numbers = decisions.map((record) => Number(record.slice("docs/decisions/".length).slice(0, 4)));
    expect(numbers).toEqual(numbers.map((_, position) => position + 1));
  });

  it.each(decisions)(
    "%s has four parts in at most 40 lines, names its tests and is in the index",
    (record) => {
      const text = read(record);
      expect(text.trimEnd().split("\n").length).toBeLessThanOrEqual(40);
      const headings = [...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
      expect(headings).toEqual(["Context", "Decision", "Consequences", "Enforced by"]);
      const [, enforcedBy = ""] = text.split("\n## Enforced by\n");
      expect([...enforcedBy.matchAll(/`[^`]+`/g)]).not.toEqual([]);
      const [, number, title] = /^# (\d{4})\. (.+)$/m.exec(text) ?? [];
      expect(index).toContain(`- [${number}](${record.slice("docs/decisions/".length)}) ${title}\n`);
    },
  );
});

describe("documents", () => {
  it.each(documents)("%s names files that exist", (document) => {
    const missing = [...proseOf(document).matchAll(namedPath)]
      .map(([, path = ""]) => path)
      .filter((path) => !isBuilt(path) && !existsSync(join(root, path)));
    expect(missing).toEqual([]);
  });

  it.each(documents)("%s links to files and headings that exist", (document) => {
    const broken = [...proseOf(document).matchAll(link)]
      .map(([, target = ""]) => target)
      .filter((target) => {
        const [path = "", anchor] = target.split("#");
        const file = path === "" ? document : join(dirname(document), path);
        if (!existsSync(join(root, file))) return true;
        return anchor !== undefined && !anchorsOf(file).includes(anchor);
      });
    expect(broken).toEqual([]);
  });
});

describe("the order of reading", () => {
  it.each(["docs/guide", "docs/security"])("has every document of %s in its index", (folder) => {
    const index = folder === "docs/guide" ? "docs/README.md" : `${folder}/README.md`;
    const linked = [...read(index).matchAll(link)].map(([, target = ""]) => join(dirname(index), target));
    const here = documents.filter((document) => dirname(document) === folder && document !== index);
    expect(here.filter((document) => !linked.includes(document))).toEqual([]);
  });

  it("takes a reader of ARCHITECTURE.md through a request in at most nine files", () => {
    const [, section = ""] = /^## The way of a request$(.*?)^## /ms.exec(read("ARCHITECTURE.md")) ?? [];
    const steps = section.split("\n").filter((line) => /^\d+\. /.test(line));
    expect(steps.length).toBeGreaterThan(5);
    expect(steps.length).toBeLessThanOrEqual(9);
  });
});
