import { posix } from "node:path";
import { relativeLink } from "./documents.ts";
import { changeLinks } from "./markdown.ts";
import type { Page } from "./page.ts";

/** The frameworks of JavaScript whose guides have the same sections. Those of Next.js and FastAPI are whole paths. */
const frameworks = [
  "fastify",
  "express",
  "hono",
  "nestjs",
  "koa",
  "h3",
  "h3-v1",
  "elysia",
  "trpc",
  "fetch",
  "node",
];

/**
 * A page for each framework that leads from nothing to a tested API, made of the sections of the guides: a
 * reader follows one page in place of four, and each text exists once.
 */
export function startPages(documents: readonly Page[]): Page[] {
  const byPath = new Map(documents.map((page) => [page.path, page]));
  const take = (path: string, heading: RegExp): string => {
    const sections = byPath.get(path)?.markdown.split(/^(?=## )/m) ?? [];
    const section = sections.find((text) => heading.test(text));
    if (section === undefined) throw new Error(`${path} has no section ${heading.source}`);
    return changeLinks(section.replace(/^## .*\n/, "").trim(), (target) => {
      if (/^(?:[a-z]+:|\/)/i.test(target)) return target;
      if (target.startsWith("#")) return relativeLink("start/page.md", path) + target;
      return relativeLink("start/page.md", posix.join(posix.dirname(path), target));
    });
  };
  const hasInit = byPath.has("guide/init.md");
  return frameworks.map((framework) => {
    const guide = `guide/${framework}.md`;
    const name = byPath.get(guide)?.title.replace(/: .*/, "") ?? framework;
    const title = `Start with ${name}`;
    const markdown = `# ${title}

From nothing to an API that keeps each user to their own path, in five steps.${
      hasInit
        ? " [`npx usher-auth init`](../guide/init.md) does the first two for you, in an empty folder or in a project that you have."
        : ""
    }

## 1. Guard the API

${take(guide, /^## Install$/m)}

${take(guide, /^## Guard the app$/m)}

The [guide](../${guide}) has the rest: public routes, other owners, policies, and every other shape of an app.

## 2. Issue tokens

${take("guide/getting-started.md", /^## 2\. /m)}

## 3. Send tokens

${take("guide/getting-started.md", /^## 3\. /m)}

The frontend renders on a server, or is an app on a phone? [Frontends](../guide/index.md#frontends) compares the ways.

## 4. Test it

${take(guide, /^## Testing$/m)}

## 5. Before others use it

${take("guide/getting-started.md", /^## When a token is refused$/m)}

- [Audit the API](../guide/audit.md): find an endpoint that is open.
- [Sign-out](../guide/sign-out.md): end tokens when their session ends.
- [Rows](../guide/rows.md): let Postgres hide the rows of others too.
- [Before you go live](../guide/production.md): a checklist, with a command for each point.
`;
    return {
      path: `start/${framework}.md`,
      title,
      markdown,
      // The guides have the same text.
      frontmatter: { title, description: `From nothing to a guarded API with ${name}`, search: false },
    };
  });
}

/** Lets the home page's list of frameworks lead to these pages. */
export function leadToStart(home: Page, starts: readonly Page[]): Page {
  const paths = new Set(starts.map(({ path }) => path));
  const start = home.markdown.indexOf('<div class="home-cards frameworks">');
  const end = home.markdown.indexOf("</div>", start);
  if (start === -1 || end === -1) return home;
  const list = changeLinks(home.markdown.slice(start, end), (target) => {
    const path = target.replace(/^(?:\.\/)?guide\//, "start/");
    return paths.has(path) ? `./${path}` : target;
  });
  return { ...home, markdown: home.markdown.slice(0, start) + list + home.markdown.slice(end) };
}
