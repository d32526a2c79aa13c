import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { withoutFrontmatter } from "./finish.ts";
import { summaryOf } from "./markdown.ts";
import type { Navigation, NavigationItem } from "./navigation.ts";
import { addressOf, type Page } from "./page.ts";

/**
 * Writes `llms.txt`, the list of pages for language models (https://llmstxt.org), and `llms-full.txt`, the
 * text of those that explain how to use Usher. The decisions and the reference are in the list only.
 */
export function writePlainText(
  folder: string,
  base: string,
  pages: readonly Page[],
  navigation: Navigation,
): void {
  const byAddress = new Map(pages.map((page) => [addressOf(page.path), page]));
  const listed = (item: NavigationItem): Page[] => {
    const own = item.link === undefined ? undefined : byAddress.get(item.link);
    return [...(own === undefined ? [] : [own]), ...(item.items ?? []).flatMap(listed)];
  };
  const sections = [
    ...(navigation["/"] ?? []),
    ...(["/errors/", "/reference/", "/security/", "/decisions/"] as const).flatMap((part) => {
      const [, ...groups] = navigation[part] ?? [];
      return [{ text: titles[part], items: groups }];
    }),
  ].map(({ text, ...item }) => ({ heading: text, pages: listed({ text, ...item }) }));
  // Files are found through the pages that link to them.
  sections.push({ heading: "More", pages: pages.filter(({ path }) => !path.startsWith("files/")) });

  const seen = new Set<string>();
  const list = sections.flatMap(({ heading, pages: all }) => {
    const fresh = all.filter(({ path }) => !seen.has(path) && seen.add(path));
    if (fresh.length === 0) return [];
    const lines = fresh.map(({ path, title, markdown }) => {
      const summary = summaryOf(markdown);
      return `- [${title}](${base}${path})${summary === "" ? "" : `: ${summary}`}`;
    });
    return [`## ${heading}\n\n${lines.join("\n")}`];
  });
  writeFileSync(join(folder, "llms.txt"), `${introduction}\n\n${list.join("\n\n")}\n`);

  const explained = [...seen].filter((path) => !/^(?:decisions|reference|files|security)\//.test(path));
  const text = explained.map((path) => {
    const page = pages.find((one) => one.path === path);
    return `<!-- ${base}${path} -->\n\n${withoutFrontmatter(page?.markdown ?? "").trim()}\n`;
  });
  writeFileSync(join(folder, "llms-full.txt"), `${introduction}\n\n${text.join("\n\n")}`);
}

const titles = {
  "/errors/": "Errors",
  "/reference/": "API reference",
  "/security/": "Security",
  "/decisions/": "Decisions",
};

const introduction = `# Usher

> Usher guards an API whose users sign in with Better Auth. It verifies the token of each request and keeps each user to
> their own paths and rows. It never issues a token: Better Auth does.`;
