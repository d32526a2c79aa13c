import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { linkCodes, pagesOfErrors } from "./errors.ts";
import type { Page } from "./page.ts";

const markdown = readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8");
const list: Page = { path: "errors/index.md", title: "Errors", markdown };
const pages = pagesOfErrors([list]);

test("every code of the document has one page", () => {
  const names = [...markdown.matchAll(/`([a-z]+(?:_[a-z]+)+)`/g)].map(([, name = ""]) => name);
  const claimsAndHeaders = ["access_token", "auth_time", "logout_token", "max_age"];
  const challenges = [
    "invalid_token",
    "invalid_request",
    "insufficient_scope",
    "insufficient_user_authentication",
  ];
  const codes = names.filter((name) => ![...claimsAndHeaders, ...challenges].includes(name));
  const titles = pages.map(({ title }) => title);
  expect(codes.filter((code) => !titles.includes(code))).toEqual([]);
  expect(new Set(titles).size).toBe(titles.length);
});

test("a page has the response of the contract, and the list links to it", () => {
  const page = pages.find(({ title }) => title === "owner_mismatch");
  expect(page?.markdown).toContain("HTTP/1.1 403\n");
  expect(page?.markdown).toContain('"code": "owner_mismatch"');
  expect(linkCodes(list, pages).markdown).toContain("| [`owner_mismatch`](./owner_mismatch.md) |");
});

test("a code that both the proxy and the gate use has both on its page", () => {
  const page = pages.find(({ title }) => title === "path_rejected");
  expect(page?.markdown).toContain("## The proxy on your own site");
  expect(page?.markdown).toContain("## The gate");
});

test("a code of the contract that the document lacks is an error", () => {
  const shorter = markdown.replace(/^\| `key_unknown` .*\n/m, "");
  expect(() => pagesOfErrors([{ ...list, markdown: shorter }])).toThrow("key_unknown");
});
