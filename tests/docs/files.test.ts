import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { brokenLinks } from "../../scripts/docs/check-links.ts";
import { addresses, siteFolder } from "./support/built-site.ts";

const read = (file: string) => readFileSync(join(siteFolder, file), "utf8");
const fileOf = (address: string) => address.slice(1).replace(/^$|\/$/, (end) => `${end}index`);

test("no link and no anchor is broken", () => {
  expect(brokenLinks(siteFolder, "/")).toEqual([]);
});

test("there are pages of each part", () => {
  expect(addresses.length).toBeGreaterThan(300);
});

test("each page is there as Markdown, which begins with its title", () => {
  const odd = addresses.filter((address) => {
    const file = `${fileOf(address)}.md`;
    return !existsSync(join(siteFolder, file)) || !/^(?:# |<main)/.test(read(file));
  });
  expect(odd).toEqual([]);
});

test("the Markdown of a page leads to other pages' Markdown", () => {
  const text = read("guide/fastify.md");
  const targets = [...text.matchAll(/\]\((\.[^)#]*)(?:#[^)]*)?\)/g)].map(([, target = ""]) => target);
  expect(targets.length).toBeGreaterThan(5);
  expect(targets.filter((target) => !existsSync(join(siteFolder, "guide", target)))).toEqual([]);
});

test("llms.txt lists every page but the files, once, and all of its links exist", () => {
  const links = [...read("llms.txt").matchAll(/\]\((\/[^)]*)\)/g)].map(([, link = ""]) => link);
  expect(links.filter((link) => !existsSync(join(siteFolder, link)))).toEqual([]);
  expect(new Set(links).size).toBe(links.length);
  const expected = addresses
    .filter((address) => !address.startsWith("/files/"))
    .map((address) => `/${fileOf(address)}.md`);
  expect(expected.filter((link) => !links.includes(link))).toEqual([]);
});

test("llms-full.txt has the guides as a whole", () => {
  const text = read("llms-full.txt");
  for (const page of ["guide/getting-started", "guide/fastify", "errors/index", "errors/token_expired"])
    expect(text).toContain(read(`${page}.md`).trim());
  expect(text).not.toContain("## Enforced by");
});

test("each page has a policy that lets nothing out, before any script", () => {
  const odd = addresses.filter((address) => {
    const html = read(`${fileOf(address)}.html`);
    const policy = html.indexOf('<meta http-equiv="Content-Security-Policy"');
    return policy < 0 || html.indexOf("<script") < policy || !html.includes("connect-src 'none'");
  });
  expect(odd).toEqual([]);
});
