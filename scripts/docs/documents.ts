import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, extname, join, posix } from "node:path";
import { changeLinks, summaryOf, titleOf } from "./markdown.ts";
import type { Page } from "./page.ts";
import { documentsOf, filePath, sitePath } from "./site-path.ts";

/** The pages made of the repository's documents, and what else they link to or show. */
export interface Documents {
  readonly pages: readonly Page[];
  /** Files and folders that pages link to, which are not pages themselves. */
  readonly files: ReadonlySet<string>;
  readonly images: ReadonlySet<string>;
}

const frontmatterBlock = /^---\n(.*?)\n---\n/s;

/**
 * Makes a page of each document. Links between documents work on GitHub, where they lead to files; here they
 * lead to pages.
 *
 * @throws Error A link leads to a file that does not exist.
 */
export function readDocuments(root: string): Documents {
  const documents = new Set(documentsOf(root));
  const files = new Set<string>();
  const images = new Set<string>();

  const targetOf = (document: string, target: string): string => {
    if (/^(?:[a-z]+:|#|\/\/)/i.test(target)) return target;
    const [path = "", anchor] = target.split("#");
    const file = posix.normalize(join(dirname(document), path)).replace(/\/$/, "");
    const end = anchor === undefined ? "" : `#${anchor}`;
    if (documents.has(file)) return relativeLink(sitePath(document), sitePath(file)) + end;
    if (!existsSync(join(root, file)))
      throw new Error(`${document} links to ${target}, which does not exist`);
    const readme = posix.join(file, "README.md");
    if (documents.has(readme)) return relativeLink(sitePath(document), sitePath(readme)) + end;
    if ([".svg", ".png"].includes(extname(file)) && statSync(join(root, file)).isFile()) {
      images.add(file);
      return `/${file}`;
    }
    files.add(file);
    return relativeLink(sitePath(document), filePath(file)) + end;
  };

  const pages = [...documents].map((document): Page => {
    const text = readFileSync(join(root, document), "utf8");
    const markdown = changeLinks(text, (target) => targetOf(document, target));
    const title = titleOf(markdown) ?? "Usher";
    // What a document says to VitePress stays as it is.
    if (frontmatterBlock.test(markdown)) return { path: sitePath(document), title, markdown };
    const frontmatter = { title, description: summaryOf(markdown) };
    return { path: sitePath(document), title, markdown, frontmatter };
  });
  return { pages, files, images };
}

/** From page to page, as a relative path. */
export function relativeLink(from: string, to: string): string {
  const path = posix.relative(posix.dirname(from), to);
  return path.startsWith(".") ? path : `./${path}`;
}
