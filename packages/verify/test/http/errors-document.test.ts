import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { authErrorCodes } from "../../src/errors.ts";
import { createRefusals } from "../../src/http/refusals.ts";

/** docs/errors.md, row by row: code, status, challenge error. */
const rows = readFileSync(new URL("../../../../docs/errors.md", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => /^\| `[a-z_]+` \|/.test(line))
  .map((line) => line.split("|").map((cell) => cell.trim().replaceAll("`", "")));

describe("docs/errors.md", () => {
  it("lists exactly the codes, in order", () => {
    expect(rows.map(([, code]) => code)).toEqual([...authErrorCodes]);
  });

  it("has the real status and challenge of each code", () => {
    const refusals = createRefusals("api", false);
    for (const [, code, status, challenge] of rows) {
      const refusal = refusals.for({ code: code as string });
      const error = /error="(\w+)"/.exec(refusal.headers["www-authenticate"] ?? "")?.[1];
      expect([String(refusal.status), error ?? "none"], code).toEqual([status, challenge]);
    }
  });
});
