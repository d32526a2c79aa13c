import { describe, expect, it } from "vitest";
import { hasQueryToken } from "../../src/http/request-target.ts";

describe("hasQueryToken", () => {
  it.each([
    ["/tasks?access_token=a", true],
    ["/tasks?x=1&access_token", true],
    ["/tasks?access%5Ftoken=a", true],
    ["https://api.example.com/?access_token=a", true],
    ["?access_token=a", true],
    ["/tasks", false],
    ["/access_token=a", false],
    ["/tasks?xaccess_token=a", false],
    ["/tasks?token=access_token", false],
    ["/?access_token=a", true],
    ["access_token=a", false],
    [undefined, false],
  ])("of %s is %j", (url, expected) => {
    expect(hasQueryToken(url)).toBe(expected);
  });
});
