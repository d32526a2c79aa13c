import { afterEach, describe, expect, it, vi } from "vitest";
import { namesOtherConnection } from "../../src/websocket/credentials.ts";
import { warnOfFault } from "../../src/websocket/fault.ts";

describe("namesOtherConnection", () => {
  it.each([
    ["/socket.io/?sid=abc", true],
    ["/socket.io/?EIO=4&sid=abc", true],
    ["/socket.io/?%73id=abc", true],
    ["/socket.io/?sid", true],
    ["?sid=abc", true],
    ["/socket.io/?EIO=4", false],
    ["/socket.io/?side=abc", false],
    ["/sid=abc", false],
    ["sid=abc", false],
    ["x", false],
  ])("%s: %s", (target, expected) => {
    expect(namesOtherConnection(target)).toBe(expected);
  });
});

describe("warnOfFault", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it("says what could not be done, by default that a WebSocket could not be checked", () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    warnOfFault(new Error("broken"));
    expect(String(warn.mock.calls[0]?.[0])).toMatch(/^a WebSocket could not be checked/);
  });
});
