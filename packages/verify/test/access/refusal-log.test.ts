import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createGuard, type GuardHost, type LoggedRefusal } from "../../src/access/index.ts";
import { AuthError, authErrorCodes } from "../../src/errors.ts";
import { createBench } from "../support.ts";

const { verifier, issuer } = createBench();

let time = 0;
beforeEach(() => {
  time = 1_000_000;
  vi.spyOn(performance, "now").mockImplementation(() => time);
  vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
});
afterEach(() => vi.restoreAllMocks());

const written = () => vi.mocked(console.warn).mock.calls.map(([line]) => line as string);

/** An error of another version, or of an application's policy. */
const foreign = (code: unknown, hint?: unknown): AuthError =>
  Object.assign(new AuthError("scope_insufficient"), { code, hint }) as AuthError;

/** A guard, the lines of its log, and a function that refuses a number of requests. */
function logged(host: Partial<GuardHost<unknown>> = {}) {
  const lines: LoggedRefusal[] = [];
  const log = (line: LoggedRefusal) => void lines.push(line);
  const guard = createGuard<unknown, unknown>(
    { verifier, ownerParam: null, log },
    { adapter: "test", ...host },
  );
  const refuse = (error: AuthError, times = 1) => {
    for (let count = 0; count < times; count++) guard.refuse(error, {});
  };
  return { lines, refuse };
}

describe("the log of refusals", () => {
  it("has 10,000 refusals of a second in one line for each code, and their number in the next", () => {
    const { lines, refuse } = logged();
    for (const code of authErrorCodes) refuse(new AuthError(code), 10_000);
    expect(lines.map(({ code, count }) => [code, count])).toEqual(authErrorCodes.map((code) => [code, 1]));
    lines.length = 0;
    time += 1000;
    for (const code of authErrorCodes) refuse(new AuthError(code));
    expect(lines.map(({ code, count }) => [code, count])).toEqual(
      authErrorCodes.map((code) => [code, 10_000]),
    );
  });

  it("has at most one line a second, for as long as it lasts", () => {
    const { lines, refuse } = logged();
    for (let request = 0; request < 10_000; request++) {
      refuse(new AuthError("token_expired"));
      time += 1;
    }
    expect(lines).toHaveLength(10);
    const sum = lines.reduce((total, { count }) => total + count, 0);
    expect(sum).toBe(9001);
    time += 1000;
    refuse(new AuthError("token_expired"));
    expect(lines.at(-1)?.count).toBe(1000);
  });

  it("goes on if the clock goes back", () => {
    const { lines, refuse } = logged();
    refuse(new AuthError("token_expired"));
    time -= 500_000;
    refuse(new AuthError("token_expired"), 2);
    expect(lines.map(({ count }) => count)).toEqual([1, 1]);
    time += 1000;
    refuse(new AuthError("token_expired"));
    expect(lines.map(({ count }) => count)).toEqual([1, 1, 2]);
  });

  it("is not held back by a logger that sends requests to the same guard", () => {
    const counts: number[] = [];
    const guard = createGuard<unknown, unknown>({
      verifier,
      ownerParam: null,
      log: ({ count }) => {
        counts.push(count);
        guard.refuse(new AuthError("token_expired"), {});
      },
    });
    guard.refuse(new AuthError("token_expired"), {});
    time += 1000;
    guard.refuse(new AuthError("token_expired"), {});
    expect(counts).toEqual([1, 2]);
  });

  it("counts again from zero after each line", () => {
    const { lines, refuse } = logged();
    refuse(new AuthError("token_expired"), 3);
    time += 60_000;
    refuse(new AuthError("token_expired"));
    time += 60_000;
    refuse(new AuthError("token_expired"));
    expect(lines.map(({ count }) => count)).toEqual([1, 3, 1]);
  });

  it("is bounded for 10,000 codes that this version does not know", () => {
    const { lines, refuse } = logged();
    for (let number = 0; number < 10_000; number++) refuse(foreign(`unknown_${number}`));
    refuse(new AuthError("token_expired"));
    expect(lines.map(({ code }) => code)).toEqual(["unknown_0", "token_expired"]);
    time += 1000;
    refuse(foreign("unknown_10000"));
    expect(lines.at(-1)).toMatchObject({ code: "unknown_10000", count: 10_000 });
  });

  it("has what the response has: the status, also of a code of another version", () => {
    const { lines, refuse } = logged();
    refuse(foreign("token_stale"));
    expect(lines[0]).toMatchObject({ code: "token_stale", status: 401 });
    time += 1000;
    refuse(foreign("vault_unavailable"));
    expect(lines[1]).toMatchObject({ code: "vault_unavailable", status: 503 });
  });

  it("has no token, control character or endless text of someone else's code or hint", () => {
    const { lines, refuse } = logged();
    const token = issuer.tokenFor("alice");
    const hints: readonly unknown[] = [
      `the token is ${token}`,
      `cut: ${"x".repeat(450)} ${token}`,
      `escaped: ${"x".repeat(420)}/Bearer%20${token}`,
      "\u001b[31mred\r\nusher: refused forged_line\u009b\u2028\u202e",
      "x".repeat(100_000),
      { toString: () => token },
      7,
      null,
    ];
    for (const hint of hints) {
      time += 1000;
      refuse(foreign("token_stale", hint));
    }
    for (const code of [`a\n${token}`, "y".repeat(100_000), 7, undefined, { token }]) {
      time += 1000;
      refuse(foreign(code));
    }
    expect(lines).toHaveLength(13);
    for (const line of lines) {
      const text = Object.values(line).join(" ");
      expect(text.length).toBeLessThan(700);
      for (const part of token.split(".")) expect(text).not.toContain(part.slice(0, 30));
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there.
      expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202e]/);
    }
    expect(lines[0]?.hint).toBe("the token is [token]");
  });

  it("is frozen, and has no request and no principal", () => {
    const { lines, refuse } = logged();
    refuse(new AuthError("token_expired", { hint: "an hour ago" }));
    expect(lines).toEqual([
      { adapter: "test", code: "token_expired", status: 401, hint: "an hour ago", count: 1 },
    ]);
    expect(Object.isFrozen(lines[0])).toBe(true);
  });

  it("has the route or, without one, the path", () => {
    const { lines, refuse } = logged({ describe: () => ({ route: "/api/:userId", path: "/api/17" }) });
    refuse(new AuthError("token_expired"));
    expect(lines[0]).toMatchObject({ route: "/api/:userId" });
    expect(lines[0]).not.toHaveProperty("path");
  });

  it("is separate for each guard", () => {
    const [one, two] = [logged(), logged()];
    one.refuse(new AuthError("token_expired"), 5);
    two.refuse(new AuthError("token_expired"), 5);
    expect([one.lines.length, two.lines.length]).toEqual([1, 1]);
  });
});

describe("where refusals are logged", () => {
  const options = { verifier, ownerParam: null } as const;
  const describe = () => ({ method: "GET", route: "/api/:userId", requestId: "req-7" });
  const refused = new AuthError("token_expired", { hint: "an hour ago" });

  it("is standard error without a logger: one line", () => {
    const guard = createGuard<unknown, unknown>(options, { adapter: "test", describe });
    guard.refuse(refused, {});
    guard.refuse(refused, {});
    time += 1000;
    guard.refuse(refused, {});
    const rest = "; GET /api/:userId; request req-7; an hour ago";
    expect(written()).toEqual([
      `usher: refused token_expired${rest}`,
      `usher: refused token_expired (2 since the last line)${rest}`,
    ]);
  });

  it("is a short line if nothing is known of the request", () => {
    createGuard(options).refuse(new AuthError("token_expired"), undefined);
    expect(written()).toEqual(["usher: refused token_expired"]);
  });

  it("has the adapter `guard` if no adapter is named", () => {
    const log = vi.fn();
    createGuard({ ...options, log }).refuse(new AuthError("token_expired"), undefined);
    expect(log.mock.calls).toEqual([[{ adapter: "guard", code: "token_expired", status: 401, count: 1 }]]);
  });

  it("is nowhere with `log: false`", () => {
    const logger = vi.fn();
    const guard = createGuard<unknown, unknown>(
      { ...options, log: false },
      { adapter: "test", describe, logger },
    );
    guard.refuse(refused, {});
    expect(written()).toEqual([]);
    expect(logger).not.toHaveBeenCalled();
  });

  it("is the framework's logger, at the level `info`; `warn` if the infrastructure failed", () => {
    const logger = vi.fn();
    const guard = createGuard<unknown, unknown>(options, { adapter: "test", describe, logger: () => logger });
    guard.refuse(refused, {});
    guard.refuse(new AuthError("keys_unavailable"), {});
    expect(logger.mock.calls).toMatchObject([
      ["info", "request refused by usher", { code: "token_expired", status: 401, count: 1 }],
      ["warn", "request refused by usher", { code: "keys_unavailable", status: 503, count: 1 }],
    ]);
    expect(written()).toEqual([]);
  });

  it("is the next logger that writes at this level, with the number of all", () => {
    // As `write` of a full stream: the result is ignored.
    const logger = vi.fn(() => false);
    const silent = Object.assign(() => expect.unreachable(), { isEnabled: () => false });
    const guard = createGuard<unknown, unknown>(options, {
      adapter: "test",
      logger: (request) => (request === "silent" ? silent : logger),
    });
    for (const request of ["silent", "silent", "loud", "loud", "silent"]) guard.refuse(refused, request);
    expect(logger.mock.calls).toMatchObject([["info", "request refused by usher", { count: 3 }]]);
    time += 1000;
    for (const request of ["silent", "loud"]) guard.refuse(refused, request);
    expect(logger.mock.calls.at(-1)).toMatchObject(["info", "request refused by usher", { count: 4 }]);
  });

  it("is standard error if the framework's logger cannot be found", () => {
    const fail = () => {
      throw new Error("no logger for this request");
    };
    createGuard<unknown, unknown>(options, { adapter: "test", logger: fail }).refuse(refused, {});
    expect(written()).toEqual(["usher: refused token_expired; an hour ago"]);
  });

  it("changes nothing if the logger, the log option or standard error fails: a warning says which", () => {
    const fail = () => {
      throw new Error("the disk is full");
    };
    const expected = createGuard({ ...options, log: false }).refuse(refused, {});
    const guard = createGuard<unknown, unknown>(options, { adapter: "test", logger: () => fail });
    expect(guard.refuse(refused, {})).toEqual(expected);
    vi.mocked(console.warn).mockImplementation(fail);
    expect(createGuard(options).refuse(refused, {})).toEqual(expected);
    expect(createGuard({ ...options, log: fail }).refuse(refused, {})).toEqual(expected);
    expect(vi.mocked(process.emitWarning).mock.calls.map(([warning]) => warning)).toEqual([
      'the logger failed: "the disk is full"',
      'the logger failed: "the disk is full"',
      'log failed: "the disk is full"',
    ]);
  });

  it.each([["yes"], [true], [null], [{}]])("must be a function or false: %s", (log) => {
    expect(() => createGuard({ ...options, log: log as never })).toThrow("log: must be a function, or false");
  });
});
