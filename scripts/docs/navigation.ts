import { linksOf } from "./markdown.ts";
import { addressOf, type Page } from "./page.ts";

export interface NavigationItem {
  readonly text: string;
  readonly link?: string;
  readonly collapsed?: boolean;
  readonly items?: NavigationItem[];
}

/** The sidebar of each part of the site: the longest address that a page starts with decides. */
export type Navigation = Record<string, NavigationItem[]>;

/** The order of reading is that of `docs/README.md`; that of the decisions is their index. */
export function navigationOf(pages: readonly Page[]): Navigation {
  const titles = new Map(pages.map((page) => [page.path, page.title]));
  const main = sectionsOf(pages, "guide/index.md", titles, false);
  const below = (folder: string) =>
    pages.filter(({ path }) => path.startsWith(folder) && !path.endsWith("index.md"));
  const items = (folder: string) =>
    below(folder).map(({ path, title }) => ({ text: title, link: addressOf(path) }));
  const back = { text: "Documentation", link: "/guide/" };
  return {
    "/": [
      { text: "Overview", link: "/guide/" },
      {
        text: "Your framework, step by step",
        collapsed: true,
        items: items("start/").map(({ text, link }) => ({ text: text.replace(/^Start with /, ""), link })),
      },
      ...main,
      { text: "Examples", collapsed: true, items: items("examples/") },
    ],
    "/errors/": [back, { text: "Errors", link: "/errors/", items: items("errors/") }],
    "/decisions/": [
      back,
      { text: "All decisions", link: "/decisions/" },
      ...sectionsOf(pages, "decisions/index.md", titles, true),
    ],
    "/security/": [
      back,
      { text: "Security", items: [{ text: "Security", link: "/security/" }, ...items("security/")] },
    ],
    "/reference/": [back, { text: "All modules", link: "/reference/" }, ...packagesOf(below("reference/"))],
  };
}

/** A group for each package, with its entries. */
function packagesOf(pages: readonly Page[]): NavigationItem[] {
  const nameOf = ({ title }: Page) => title.replace("@usher-auth/", "");
  const groups = Map.groupBy(pages, (page) => nameOf(page).split("/", 1)[0] ?? "");
  return [...groups].map(([text, entries]) => ({
    text,
    collapsed: false,
    items: entries.map((page) => ({ text: nameOf(page), link: addressOf(page.path) })),
  }));
}

/** A group for each heading of an index, with the pages that are linked below it and not before. */
function sectionsOf(
  pages: readonly Page[],
  index: string,
  titles: ReadonlyMap<string, string>,
  collapsed: boolean,
): NavigationItem[] {
  const text = pages.find(({ path }) => path === index)?.markdown ?? "";
  const seen = new Set<string>();
  return text
    .split(/^## /m)
    .slice(1)
    .flatMap((section) => {
      const [heading = ""] = section.split("\n", 1);
      const items = linksOf(section).flatMap((link) => {
        const [target = ""] = link.split("#", 1);
        if (!target.endsWith(".md")) return [];
        const path = new URL(target, `http://site/${index}`).pathname.slice(1);
        const title = titles.get(path);
        if (title === undefined || seen.has(path)) return [];
        seen.add(path);
        return [{ text: title, link: addressOf(path) }];
      });
      return items.length === 0 ? [] : [{ text: heading, collapsed, items }];
    });
}
