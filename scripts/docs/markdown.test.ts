import { describe, expect, test } from "vitest";
import { changeLinks, githubSlug, summaryOf, titleOf } from "./markdown.ts";

describe("githubSlug", () => {
  test.each([
    ["The user's path", "the-users-path"],
    ["`node:http` and Connect", "nodehttp-and-connect"],
    ["1. Guard the API", "1-guard-the-api"],
    ["Options of `createVerifier`", "options-of-createverifier"],
    ["Naïve – or not", "naïve--or-not"],
    ["token_expired", "token_expired"],
  ])("%s", (heading, slug) => expect(githubSlug(heading)).toBe(slug));
});

test("changeLinks leaves code alone, and fences in longer fences", () => {
  const code = "````md\n```sh\n[a](a.md)\n```\n[b](b.md)\n````";
  expect(changeLinks(`[c](c.md) ![d](d.svg)\n${code}\n[e](e.md#f)`, (target) => `x/${target}`)).toBe(
    `[c](x/c.md) ![d](x/d.svg)\n${code}\n[e](x/e.md#f)`,
  );
});

test("titleOf and summaryOf give plain text", () => {
  const markdown =
    "---\ntitle: x\n---\n\n# Coming from `jwt()`\n\nSee [the *guide*](a.md):\nand `b`.\n\nMore.";
  expect(titleOf(markdown)).toBe("Coming from jwt()");
  expect(summaryOf(markdown)).toBe("See the guide: and b.");
});
