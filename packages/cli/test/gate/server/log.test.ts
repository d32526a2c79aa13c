import type { IncomingMessage } from "node:http";
import { expect, onTestFinished, test, vi } from "vitest";
import { CannotRun } from "../../../src/command-line/command.ts";
import { createLog, readLogLevel } from "../../../src/gate/server/log.ts";
import { testLog } from "./support.ts";

const request = {
  method: "GET",
  url: "/api/ada/tasks?access_token=secret",
  headers: { "x-request-id": "r-1", authorization: "Bearer secret" },
  socket: { remoteAddress: "192.0.2.7" },
} as unknown as IncomingMessage;

test("writes one line of JSON for a refusal, with nothing of the path or the headers", () => {
  const { log, lines } = testLog();
  log.refused(request, {
    status: 401,
    code: "token_expired",
    hint: "2 s ago",
    route: "GET /api/{user_id}/tasks",
  });
  expect(lines).toEqual([
    {
      level: "info",
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      requestId: "r-1",
      method: "GET",
      client: "192.0.2.7",
      status: 401,
      code: "token_expired",
      hint: "2 s ago",
      route: "GET /api/{user_id}/tasks",
      msg: "a request was refused",
    },
  ]);
});

test("writes a code at most once a second, and how many there were", () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const { log, lines } = testLog();
  for (let count = 0; count < 5; count++) log.refused(request, { status: 401, code: "token_expired" });
  log.refused(request, { status: 403, code: "owner_mismatch" });
  expect(lines.map(({ code, count }) => [code, count])).toEqual([
    ["token_expired", undefined],
    ["owner_mismatch", undefined],
  ]);
  vi.advanceTimersByTime(1_000);
  expect(lines.slice(2)).toMatchObject([{ code: "token_expired", count: 4 }]);
  log.refused(request, { status: 401, code: "token_expired" });
  expect(lines).toHaveLength(3);
  vi.advanceTimersByTime(1_000);
  expect(lines[3]).not.toHaveProperty("count");
  vi.advanceTimersByTime(1_000);
  log.refused(request, { status: 401, code: "token_expired" });
  expect(lines).toHaveLength(5);
});

test("writes a line for a page of another origin, which only sees a network error", () => {
  const { log, lines } = testLog();
  log.originUnknown(request, "the page is of null");
  const msg = "a page of another origin may not call the API: see `cors`";
  expect(lines).toMatchObject([{ level: "info", status: 204, hint: "the page is of null", msg }]);
});

test("loses nothing at the end", () => {
  const { log, lines } = testLog();
  for (let count = 0; count < 3; count++)
    log.upstreamFailed(request, { status: 502, code: "api_unavailable" });
  log.close();
  expect(lines.map(({ count }) => count)).toEqual([undefined, 2]);
});

test("describes an error by its name, code, message and causes, and not by its stack", () => {
  const { log, lines } = testLog();
  const cause = Object.assign(new Error("no route"), { code: "EHOSTUNREACH" });
  log.upstreamFailed(request, {
    status: 502,
    code: "api_unavailable",
    cause: new TypeError("failed", { cause }),
  });
  expect(lines[0]?.cause).toEqual({
    name: "TypeError",
    message: "failed",
    cause: { name: "Error", code: "EHOSTUNREACH", message: "no route" },
  });
});

test("has a line for every request at the level debug only", () => {
  const debug = testLog("debug");
  const info = testLog("info");
  for (const { log } of [debug, info]) log.served(request, { status: 200, route: "GET /", milliseconds: 1 });
  expect(debug.lines).toMatchObject([{ level: "debug", status: 200 }]);
  expect(info.lines).toEqual([]);
});

test("escapes what could control a terminal, as JSON and as text", () => {
  const written: string[] = [];
  const write = (line: string) => void written.push(line);
  const hint = "\u001b[31mred\u009b\u202e\nlevel=error";
  createLog("info", { write }).warn("a warning", { hint });
  createLog("info", { write, isTTY: true }, { NO_COLOR: "1" }).warn("a warning", { hint, code: "b" });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there.
  for (const line of written) expect(line).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]|\n./);
  expect(JSON.parse(written[0] ?? "").hint).toBe(hint);
  expect(written[1]).toMatch(
    /^\d\d:\d\d:\d\d warn a warning hint="\\u001b\[31mred\\u009b\\u202e\\nlevel=error" code=b\n$/,
  );
});

test("says which levels there are", () => {
  expect(readLogLevel({})).toBe("info");
  expect(readLogLevel({ LOG_LEVEL: "debug" })).toBe("debug");
  expect(() => readLogLevel({ LOG_LEVEL: "loud" })).toThrow(CannotRun);
  expect(() => readLogLevel({ LOG_LEVEL: "loud" })).toThrow("LOG_LEVEL must be one of fatal, error, warn");
});
