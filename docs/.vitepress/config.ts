import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitepress";
import { githubSlug } from "../../scripts/docs/markdown.ts";
import { emptyHeadersAreCells, optionsAreSections, optionsHaveAnchors } from "../../scripts/docs/tables.ts";

const besideThis = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const navigationFile = besideThis("cache/navigation.json");
// scripts/docs.ts writes the pages and their navigation before it starts VitePress.
if (!existsSync(navigationFile)) throw new Error("run `npm run docs` or `npm run docs:build`");
const base = process.env.DOCS_BASE || "/";

export default defineConfig({
  title: "Usher",
  titleTemplate: ":title · Usher",
  description: "The guard for APIs whose users sign in with Better Auth",
  lang: "en",
  base,
  srcDir: ".vitepress/pages",
  cleanUrls: true,
  metaChunk: true,
  // Addresses of the demo, which runs on the reader's machine.
  ignoreDeadLinks: [/^https?:\/\/(?:localhost|127\.0\.0\.1)/],
  head: [["link", { rel: "icon", type: "image/svg+xml", href: `${base}logo.svg` }]],
  markdown: {
    anchor: { slugify: githubSlug },
    theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
    config: (renderer) => {
      renderer.core.ruler.push("empty_headers", emptyHeadersAreCells);
      renderer.core.ruler.push("option_anchors", optionsHaveAnchors);
    },
    languageAlias: { console: "sh", prisma: "ts" },
  },
  vite: {
    resolve: {
      conditions: ["@usher-auth/source"],
      alias: [
        { find: "node:crypto", replacement: besideThis("playground/node-crypto.ts") },
        {
          find: "node:diagnostics_channel",
          replacement: besideThis("playground/node-diagnostics-channel.ts"),
        },
        { find: /^.*\/VPSidebarGroup\.vue$/, replacement: besideThis("site/SidebarGroups.vue") },
      ],
    },
  },
  themeConfig: {
    logo: "/logo.svg",
    nav: [
      { text: "Get started", link: "/guide/getting-started" },
      { text: "Guides", link: "/guide/", activeMatch: "^/guide/(?!getting-started)" },
      { text: "Errors", link: "/errors/", activeMatch: "^/errors/" },
      { text: "API", link: "/reference/", activeMatch: "^/reference/" },
      { text: "Playground", link: "/playground" },
      { text: "Decisions", link: "/decisions/", activeMatch: "^/decisions/" },
    ],
    sidebar: JSON.parse(readFileSync(navigationFile, "utf8")),
    outline: [2, 3],
    search: {
      provider: "local",
      options: {
        _render: (source, environment, renderer) => {
          const html = renderer.render(source, environment);
          return environment.frontmatter?.search === false ? "" : optionsAreSections(html);
        },
        miniSearch: {
          searchOptions: {
            fuzzy: 0.1,
            prefix: true,
            combineWith: "AND",
            boost: { title: 4, text: 1, titles: 2 },
          },
        },
      },
    },
    footer: { message: "MIT licensed" },
  },
});
