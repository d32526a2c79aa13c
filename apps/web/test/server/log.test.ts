import { afterEach, expect, test, vi } from "vitest";
import { createLog, type LogLevel } from "../../src/server/log.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

function logged(level: LogLevel): { stdout: string; stderr: string } {
  const written = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    vi.spyOn(process[stream], "write").mockImplementation((chunk) => {
      written[stream] += chunk;
      return true;
    });
  }
  const log = createLog(level);
  for (const at of ["debug", "info", "warn", "error"] as const) log[at](at);
  log.error("first\r\n  web second\u2028third\n");
  vi.restoreAllMocks();
  return written;
}

test("writes each level to its stream, and each message to one line", () => {
  expect(logged("debug")).toEqual({
    stdout: "web debug\nweb info\n",
    stderr: "web warn\nweb error\nweb first web second third\n",
  });
});

test.each([
  ["info", "web info\n", /^web warn\nweb error\n/],
  ["warn", "", /^web warn\nweb error\n/],
  ["error", "", /^web error\n/],
  ["silent", "", /^$/],
] as const)("at %s, omits the levels below", (level, stdout, stderr) => {
  expect(logged(level)).toEqual({ stdout, stderr: expect.stringMatching(stderr) });
});

test("removes escape sequences, control characters and bidirectional controls", () => {
  const written = { stderr: "" };
  vi.spyOn(process.stderr, "write").mockImplementation((chunk) => {
    written.stderr += chunk;
    return true;
  });
  createLog("info").error(
    "a\u001b[31mb\u009b32mc\u0007d\u007fe\u202ef\u2066g\u200eh\u0000i\tj\u0085k 日本 👩‍👩‍👧 é",
  );
  expect(written.stderr).toBe("web a[31mb32mcdefghij k 日本 👩‍👩‍👧 é\n");
});

test("takes linear time for a long message", () => {
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const log = createLog("info");
  const startedAt = performance.now();
  for (const part of [" ", "\n", " \n", "\u001b["]) log.error(`a${part.repeat(64_000)}b`);
  expect(performance.now() - startedAt).toBeLessThan(1_000);
});
