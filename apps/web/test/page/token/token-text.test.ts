import { createTestIssuer } from "@usher-auth/testing";
import { expect, test } from "vitest";
import { readToken, shorten } from "../../../src/page/token/token-text.ts";

const segment = (value: string | Buffer) => Buffer.from(value).toString("base64url");

test("decodes a token's text as UTF-8", () => {
  const token = createTestIssuer().tokenFor({ id: "user-1", name: "Zoë 🎭" });

  const parts = readToken(token);

  expect(parts?.header).toMatchObject({ alg: "HS256" });
  expect(parts?.claims).toMatchObject({ sub: "user-1", name: "Zoë 🎭" });
  expect(parts?.signature).toBe(token.split(".")[2]);
});

test.each([
  ["no dots", "opaque"],
  ["two segments", `${segment("{}")}.${segment("{}")}`],
  ["four segments", `${segment("{}")}.${segment("{}")}.c.d`],
  ["invalid base64", `*.${segment("{}")}.c`],
  ["invalid JSON", `${segment("{}")}.${segment("claims")}.c`],
  ["an array", `${segment("{}")}.${segment("[]")}.c`],
  ["null", `${segment("null")}.${segment("{}")}.c`],
  ["invalid UTF-8", `${segment("{}")}.${segment(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))}.c`],
])("returns undefined for %s", (_name, token) => {
  expect(readToken(token)).toBeUndefined();
});

test("shortens a long text only", () => {
  expect(shorten("abcdefghijklmnop")).toBe("abcdef…mnop");
  expect(shorten("abcdefghijk")).toBe("abcdefghijk");
  expect(shorten("abcdefghijkl")).toBe("abcdef…ijkl");
  expect(shorten("")).toBe("");
});
