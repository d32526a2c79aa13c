import { describe, expect, it, vi } from "vitest";
import { type LoggedRefusal, structuredLogger } from "../../src/access/index.ts";
import { loggerOfNodeRequest } from "../../src/access/node-host.ts";
import { refusalText } from "../../src/access/refusal-text.ts";
import { createPino } from "../adapters/pino.ts";

const refusal: LoggedRefusal = {
  code: "token_expired",
  status: 401,
  hint: "an hour ago",
  adapter: "test",
  count: 1,
};

describe("structuredLogger", () => {
  it("writes the refusal as the fields of pino's line", () => {
    const { logger, lines } = createPino();
    structuredLogger(logger)?.("info", "request refused by usher", refusal);
    structuredLogger(logger.child({ reqId: 7 }))?.("warn", "request refused by usher", refusal);
    const message = { ...refusal, msg: "request refused by usher" };
    expect(lines).toEqual([
      { level: 30, ...message },
      { level: 40, reqId: 7, ...message },
    ]);
  });

  it("calls the logger's own method, as its method", () => {
    const logger = {
      written: [] as unknown[],
      info(fields: object, message: string): void {
        this.written.push([fields, message]);
      },
      warn: vi.fn(),
    };
    structuredLogger(logger)?.("info", "refused", refusal);
    expect(logger.written).toEqual([[refusal, "refused"]]);
  });

  it("knows the levels that this logger, or the route's child of it, writes", () => {
    const { logger } = createPino();
    const child = structuredLogger(logger.child({}, { level: "warn" }));
    expect(["info", "warn"].map((level) => child?.isEnabled?.(level as "info"))).toEqual([false, true]);
    const other = structuredLogger({ info: () => undefined, warn: () => undefined });
    expect(other?.isEnabled?.("info")).toBe(true);
  });

  it.each<[unknown]>([
    [undefined],
    [null],
    [7],
    ["console"],
    [() => undefined],
    [{}],
    [{ info: () => undefined }],
    [{ warn: () => undefined }],
    [{ info: "x", warn: "y" }],
    [{ info: () => undefined, warn: () => undefined, set: () => undefined }],
  ])("is undefined for what takes no object first: %j", (logger) => {
    expect(structuredLogger(logger)).toBeUndefined();
  });
});

describe("the logger of a Node request", () => {
  it("is request.log; none of Fastify's if it writes nothing", () => {
    const log = { info: vi.fn(), warn: vi.fn() };
    expect(loggerOfNodeRequest({})).toBeUndefined();
    expect(loggerOfNodeRequest({ log })).toBeTypeOf("function");
    expect(loggerOfNodeRequest({ raw: {}, log })).toBeUndefined();
    expect(loggerOfNodeRequest({ raw: {} })).toBeUndefined();
    expect(loggerOfNodeRequest({ raw: {}, log: { ...log, level: "info" } })).toBeTypeOf("function");
  });
});

describe("refusalText", () => {
  it("has what is known, in one line", () => {
    expect(refusalText(refusal)).toBe("refused token_expired; an hour ago");
    expect(refusalText({ ...refusal, method: "GET", path: "/api/*", requestId: "req-1", count: 12 })).toBe(
      "refused token_expired (12 since the last line); GET /api/*; request req-1; an hour ago",
    );
  });
});
