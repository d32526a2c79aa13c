import type { LoggedRefusal } from "@usher-auth/verify/guard";
import { expect, onTestFinished, vi } from "vitest";
import type { ContractBench } from "./bench.ts";
import { expectRefusal } from "./expected.ts";
import type { ContractTarget } from "./target.ts";

/** What an operator reads about refused requests, without asking for it. */
export function logsContract(
  { behaviour, bearer, issuer, start }: ContractBench,
  { adapter, hasRoutes = true }: ContractTarget["tells"],
): void {
  const at = (route: string, path: string) => (hasRoutes ? { route } : { path });

  behaviour("one refusal is one line, with its code, hint, method and route", async () => {
    const lines: LoggedRefusal[] = [];
    const app = await start({ log: (line) => lines.push(line) });
    const foreign = issuer.tokenFor("alice", { wrongIssuer: true });
    await app.send({ target: "/me", headers: [`Authorization: Bearer ${foreign}`] });
    await app.send({ target: "/api/b0b/tasks", headers: [bearer("alice")] });
    await app.send({ target: "/scoped", headers: [bearer("alice")] });
    await app.send({ target: "/unknown/17?x=1" });
    const common = { adapter, method: "GET", count: 1 };
    expect(lines).toMatchObject([
      { ...common, code: "issuer_rejected", status: 401 },
      {
        ...common,
        code: "owner_mismatch",
        status: 403,
        hint: expect.stringContaining("userId"),
        ...at("/api/:userId/tasks", "/api/*/tasks"),
      },
      {
        ...common,
        code: "scope_insufficient",
        status: 403,
        hint: expect.stringContaining("tasks:write"),
        ...at("/scoped", "/scoped"),
      },
      { ...common, code: "credentials_missing", status: 401, path: "/unknown/*" },
    ]);
    for (const line of lines) expect(Object.keys(line)).not.toContain("request");
  });

  behaviour("many refusals in a second are one line, and the next one has their number", async () => {
    let time = performance.now();
    const clock = vi.spyOn(performance, "now").mockImplementation(() => time);
    onTestFinished(() => clock.mockRestore());
    const lines: LoggedRefusal[] = [];
    const app = await start({ log: (line) => lines.push(line) });
    for (let sent = 0; sent < 50; sent++) await app.send({ target: `/me?${sent}` });
    expect(lines.map(({ count }) => count)).toEqual([1]);
    time += 1001;
    await app.send({ target: "/me" });
    expect(lines.map(({ code, count }) => ({ code, count }))).toEqual([
      { code: "credentials_missing", count: 1 },
      { code: "credentials_missing", count: 50 },
    ]);
  });

  behaviour("a function for lines that fails changes nothing", async () => {
    const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    onTestFinished(() => warned.mockRestore());
    for (const log of failing) {
      const app = await start({ log, onReject: log });
      expectRefusal(await app.send({ target: "/me" }), "credentials_missing");
      expectRefusal(
        await app.send({ target: "/api/bob/tasks", headers: [bearer("alice")] }),
        "owner_mismatch",
      );
      expect((await app.send({ target: "/me", headers: [bearer("alice")] })).status).toBe(200);
    }
  });

  behaviour("a line has no token, no query and no control character", async () => {
    const lines: LoggedRefusal[] = [];
    const app = await start({ log: (line) => lines.push(line) });
    const token = issuer.tokenFor("alice", { claims: { sid: "MARK" } });
    const session = "Zx9".repeat(11).slice(0, 32);
    for (const target of [
      `/me?access_token=${token}`,
      `/${token}`,
      `/reset/${session}`,
      `/${session}/%1b[31m/%0d%0a`,
      `/api/${token}/tasks`,
    ])
      await app.send({
        target,
        headers: [`Authorization: Bearer ${token}x`, `X-Request-Id: ${token}`, `Cookie: s=${session}`],
      });
    await app.send({ target: "/me", headers: [`Authorization: Bearer ${session}`] });
    await app.send({ target: `/api/${session}/tasks`, headers: [`Authorization: Bearer ${token}`] });
    expect(lines.length).toBeGreaterThan(1);
    const written = lines.map((line) => Object.values(line).join(" ")).join(" ");
    for (const part of [...token.split("."), session, issuer.secret]) expect(written).not.toContain(part);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there.
    expect(written).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
  });

  behaviour(standardError, async () => {
    const written = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    onTestFinished(() => written.mockRestore());
    const app = await start({ log: undefined as never });
    await app.send({ target: "/api/b0b/tasks", headers: [bearer("alice")] });
    await app.send({ target: "/api/b0b/tasks", headers: [bearer("alice")] });
    expect(written.mock.calls).toEqual([
      [expect.stringMatching(/^usher: refused owner_mismatch; GET \/api\/(?:\*|:userId)\/tasks; .*userId/)],
    ]);
  });
}

/** Does not apply to a framework that always has a logger. */
export const standardError = "without a logger, one refusal is one line on standard error";

const failing: readonly (() => unknown)[] = [
  () => {
    throw new Error("the log is broken");
  },
  () => Promise.reject(new Error("the log is broken")),
  () => new Promise(() => undefined),
  () => ({
    // biome-ignore lint/suspicious/noThenProperty: a promise of another library.
    then() {
      throw new Error("the log is broken");
    },
  }),
];
