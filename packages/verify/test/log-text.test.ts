import { describe, expect, it } from "vitest";
import { explain, printable, reasonOf } from "../src/log-text.ts";

describe("explain", () => {
  it.each([
    ["an error", new Error("fetch failed"), "fetch failed"],
    [
      "the code of its cause",
      new Error("fetch failed", { cause: errorWith("ECONNRESET") }),
      "fetch failed (ECONNRESET)",
    ],
    [
      "the message of its cause",
      new Error("fetch failed", { cause: new Error("no route") }),
      "fetch failed (no route)",
    ],
    ["a cause that is no error", new Error("fetch failed", { cause: "no route" }), "fetch failed"],
    ["another value", "out of\nkeys", "out of\\nkeys"],
    ["what has no text", Object.create(null), "the thrown value cannot be converted to text"],
    [
      "a code that has no text",
      new Error("failed", { cause: errorWith(Symbol("code")) }),
      "the thrown value cannot be converted to text",
    ],
  ])("says %s", (_case, thrown, text) => {
    expect(explain(thrown)).toBe(text);
  });
});

describe("reasonOf", () => {
  it.each<[string, unknown, string]>([
    ["an error", new Error("gone"), '"gone"'],
    ["a text", "gone", '"gone"'],
    ["nothing", undefined, '"undefined"'],
    ["a symbol", Symbol("gone"), '"Symbol(gone)"'],
    ["terminal escapes", new Error("\u001b[2J\u009b2J\r\n\u202e"), '"\\u001b[2J\\u009b2J\\r\\n\\u202e"'],
    ["a value without a text", Object.create(null), "a value that cannot be converted to text"],
    [
      "an error whose message throws",
      Object.defineProperty(new Error("x"), "message", { get: fail }),
      "a value that cannot be converted to text",
    ],
    [
      "an error whose message is not a string",
      Object.assign(new Error("x"), { message: { toString: fail } }),
      "a value that cannot be converted to text",
    ],
  ])("tells %s", (_case, error, expected) => {
    expect(reasonOf(error)).toBe(expected);
  });

  it("is limited in length", () => {
    expect(reasonOf(new Error("x".repeat(10_000))).length).toBeLessThan(250);
  });
});

describe("printable", () => {
  it.each([
    ["three long segments", "got aaaaaaaaaa.bbbbbbbbbb.cccccccccc.", "got [token]"],
    ["three long segments after a short one", "v1.aaaaaaaaaa.bbbbbbbbbb.cccccccccc", "[token]"],
    ["the start of a header", "got eyJhbGci", "got [token]"],
    ["a header in an escaped URL", "token=%20eyJhbGciOiJIUzI1", "token=%[token]"],
  ])("removes %s", (_case, text, shown) => {
    expect(printable(text, 200)).toBe(shown);
  });

  it.each([
    ["two long segments", "aaaaaaaaaa.bbbbbbbbbb"],
    ["shorter ones", "aaaaaaaaa.bbbbbbbbb.ccccccccc"],
    ["long segments that are not in a row", "aaaaaaaaaa.bbbbbbbbbb.c.dddddddddd"],
    ["the name of a host", "https://api.example.com:443/tasks"],
    ["a word with eyJ inside", "greyJob"],
  ])("leaves %s", (_case, text) => {
    expect(printable(text, 200)).toBe(text);
  });

  it("escapes control characters, and shortens", () => {
    expect(printable("a\u0000\u009b\u202eb", 200)).toBe("a\\u0000\\u009b\\u202eb");
    expect(printable("abcd", 4)).toBe("abcd");
    expect(printable("abcde", 4)).toBe("abcd…");
  });
});

function errorWith(code: unknown): Error {
  return Object.assign(new Error("beneath"), { code });
}

function fail(): never {
  throw new Error("it is broken");
}
