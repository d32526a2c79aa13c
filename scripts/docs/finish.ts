import { createHash } from "node:crypto";
import { globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { changeLinks } from "./markdown.ts";
import type { Page } from "./page.ts";

/**
 * Finishes what VitePress has built: which scripts may run, links for readers without JavaScript, and each
 * page as Markdown beside it.
 */
export function finish(folder: string, base: string, pages: readonly Page[]): void {
  for (const file of globSync("**/*.html", { cwd: folder })) {
    const path = join(folder, file);
    writeFileSync(path, finishHtml(readFileSync(path, "utf8"), base));
  }
  for (const { path, markdown } of pages) {
    const text = changeLinks(withoutFrontmatter(markdown), (target) =>
      // An image: documents link to pages by relative paths.
      target.startsWith("/") ? base + target.slice(1) : target,
    );
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** Markdown as GitHub shows it, without what it says to VitePress. */
export function withoutFrontmatter(markdown: string): string {
  return markdown.replace(/^---\n.*?\n---\n\s*/s, "");
}

function finishHtml(html: string, base: string): string {
  return html
    .replace(/<meta charset="utf-8">/, (first) => `${first}\n    ${policyOf(html)}`)
    .replace(/<body[^<>]*>/, (body) => body + noScript(base));
}

/**
 * The page runs its own scripts only, and no script can send anything anywhere: what is pasted into the
 * playground stays there. Styles are inline because the colors of code are.
 */
function policyOf(html: string): string {
  const inline = inlineScriptsOf(html).map(
    (script) => `'sha256-${createHash("sha256").update(script).digest("base64")}'`,
  );
  const rules = [
    "default-src 'none'",
    `script-src 'self' ${[...new Set(inline)].join(" ")}`.trim(),
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'none'",
    "form-action 'none'",
    "base-uri 'none'",
  ];
  return `<meta http-equiv="Content-Security-Policy" content="${rules.join("; ")}">`;
}

function inlineScriptsOf(html: string): string[] {
  const scripts: string[] = [];
  for (let tag = html.indexOf("<script"); tag !== -1; ) {
    const start = html.indexOf(">", tag) + 1;
    const end = html.indexOf("</script>", start);
    if (start === 0 || end === -1) throw new Error("A script of a page has no end");
    if (!/\bsrc=/.test(html.slice(tag, start))) scripts.push(html.slice(start, end));
    tag = html.indexOf("<script", end);
  }
  return scripts;
}

/** The menus, the search and the switches need JavaScript; the pages themselves do not. */
function noScript(base: string): string {
  const links = [
    ["", "Usher"],
    ["guide/", "Documentation"],
    ["errors/", "Errors"],
    ["reference/", "API reference"],
    ["decisions/", "Decisions"],
  ].map(([path, text]) => `<a href="${base}${path}">${text}</a>`);
  return `<noscript><style>
    .VPNavBar .search, .VPNavBarHamburger, .VPNavBarAppearance, .VPNavBarExtra, .VPLocalNav, button.copy { display: none !important; }
    </style><nav class="without-script" aria-label="Pages">${links.join(" ")}</nav></noscript>`;
}
