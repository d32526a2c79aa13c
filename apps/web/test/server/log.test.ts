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

test("each level goes where it belongs, and no message makes a line of its own", () => {
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
] as const)("at %s, what is below is not written", (level, stdout, stderr) => {
  expect(logged(level)).toEqual({ stdout, stderr: expect.stringMatching(stderr) });
});
