/** A page of the site. */
export interface Page {
  /** Its Markdown file below the folder of pages, such as `guide/fastify.md`. */
  readonly path: string;
  readonly title: string;
  /** Its links are relative paths of other pages, with `.md`. */
  readonly markdown: string;
  /** What YAML at its start says to VitePress. */
  readonly frontmatter?: Readonly<Record<string, unknown>>;
}

/** Its address without the site's base: `guide/fastify.md` is at `/guide/fastify`. */
export function addressOf(path: string): string {
  return `/${path.replace(/(?:^|(?<=\/))index\.md$|\.md$/, "")}`;
}
