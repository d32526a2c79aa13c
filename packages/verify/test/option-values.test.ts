import { describe, expect, it } from "vitest";
import { ConfigurationError } from "../src/errors.ts";
import { integerWithin } from "../src/option-values.ts";

describe("integerWithin", () => {
  it("accepts both ends of the range, and nothing outside", () => {
    expect([1, 2, 3].map((value) => integerWithin(value, "maxAge", 1, 3))).toEqual([1, 2, 3]);
    for (const value of [0, 4, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "2" as never, undefined as never]) {
      expect(() => integerWithin(value, "maxAge", 1, 3)).toThrow(
        new ConfigurationError("maxAge: must be an integer from 1 to 3."),
      );
    }
  });
});
