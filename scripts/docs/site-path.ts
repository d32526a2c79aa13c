import { globSync } from "node:fs";
import { sep } from "node:path";

/** The Markdown files of the repository that are pages of the site, by their paths in the repository. */
export function documentsOf(root: string): string[] {
  const patterns = [
    "*.md",
    "docs/*.md",
    "docs/{decisions,guide,security}/**/*.md",
    "packages/*/README.md",
    "examples/**/README.md",
    "apps/api/README.md",
    "ports/python/README.md",
    "conformance/README.md",
  ];
  const exclude = (name: string) => name === "node_modules";
  return globSync(patterns, { cwd: root, exclude })
    .map((file) => file.replaceAll(sep, "/"))
    .sort();
}

const rules: readonly (readonly [RegExp, string])[] = [
  [/^docs\/README\.md$/, "guide/index.md"],
  [/^docs\/errors\.md$/, "errors/index.md"],
  [/^docs\/security\/README\.md$/, "security/tests.md"],
  [/^docs\/(.+)\/README\.md$/, "$1/index.md"],
  [/^docs\/(.+\.md)$/, "$1"],
  [/^SECURITY\.md$/, "security/index.md"],
  [/^README\.md$/, "overview.md"],
  [/^([A-Z]+)\.md$/, "$1.md"],
  [/^apps\/api\/README\.md$/, "examples/demo-api.md"],
  [/^ports\/python\/README\.md$/, "packages/python.md"],
  [/^conformance\/README\.md$/, "conformance.md"],
  [/^(packages|examples)\/([^/]+)\/README\.md$/, "$1/$2.md"],
  [/^examples\/([^/]+)\/([^/]+)\/README\.md$/, "examples/$1-$2.md"],
];

/** Where the site has a document: `docs/guide/fastify.md` is the page `guide/fastify.md`. */
export function sitePath(document: string): string {
  const rule = rules.find(([pattern]) => pattern.test(document));
  if (rule === undefined)
    throw new Error(`${document} has no place on the site: see scripts/docs/site-path.ts`);
  return document.replace(rule[0], rule[1]).toLowerCase();
}

/** Where the site shows a file or folder that is not a document: `a/nginx.conf` is `files/a/nginx-conf.md`. */
export function filePath(file: string): string {
  return `files/${file.replaceAll(".", "-").toLowerCase()}.md`;
}
