import { existsSync, globSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";

/**
 * The links of a built site that lead nowhere: to a page, a file or a heading that does not exist. Links to
 * other sites are not followed.
 */
export function brokenLinks(folder: string, base: string): string[] {
  const files = globSync("**/*.html", { cwd: folder }).map((file) => file.replaceAll(sep, "/"));
  const contents = new Map(files.map((file) => [file, readFileSync(join(folder, file), "utf8")]));
  const anchors = new Map(
    [...contents].map(([file, html]) => [
      file,
      new Set([...html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id)),
    ]),
  );

  const fileOf = (path: string): string | undefined => {
    const candidates = path === "" || path.endsWith("/") ? [`${path}index.html`] : [path, `${path}.html`];
    return candidates.find((candidate) => contents.has(candidate) || existsSync(join(folder, candidate)));
  };
  const isBroken = (file: string, link: string): boolean => {
    const target = new URL(link.replaceAll("&amp;", "&"), `http://site${base}${file.replace(/\.html$/, "")}`);
    if (target.host !== "site" || !/^https?:$/.test(target.protocol)) return false;
    const path = decodeURIComponent(target.pathname);
    if (!path.startsWith(base)) return true;
    const found = fileOf(path.slice(base.length));
    if (found === undefined) return true;
    const anchor = decodeURIComponent(target.hash.slice(1));
    return anchor !== "" && anchors.get(found)?.has(anchor) === false;
  };

  const broken = new Set<string>();
  for (const [file, html] of contents) {
    for (const [tag] of html.matchAll(/<(?:a|img|link|script)\b[^<>]*/g)) {
      const [, link] = /\s(?:href|src)="([^"]*)"/.exec(tag) ?? [];
      if (link !== undefined && isBroken(file, link)) broken.add(`${file} links to ${link}`);
    }
  }
  return [...broken].sort();
}
