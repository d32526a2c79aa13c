import { once } from "node:events";
import { createConnection } from "node:net";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { Revocations } from "../../src/index.ts";
import type { LogoutEvent } from "../../src/logout/index.ts";
import { createRevokingBench, logoutTokenFor } from "../revoking.ts";
import { logoutTargets } from "./targets.ts";

const formType = "application/x-www-form-urlencoded";

describe.each(logoutTargets)("back-channel logout in $name", ({ name, start, tooLong = 400 }) => {
  async function serve(changes: Partial<Revocations> = {}) {
    const bench = await createRevokingBench();
    const events: LogoutEvent[] = [];
    const revocations = { ...bench.revocations, ...changes };
    const verifier = { ...bench.verifier, revocations };
    const server = await start(bench.verifier, { verifier, onLogout: (event) => void events.push(event) });
    onTestFinished(() => server.close());
    const post = (body: string | ReadableStream, type: string = formType) =>
      fetch(`${server.origin}/backchannel-logout`, {
        method: "POST",
        body,
        headers: { "content-type": type },
        ...(body instanceof ReadableStream && { duplex: "half" }),
      } as RequestInit);
    const call = async (sid: string) => {
      const authorization = `Bearer ${bench.issuer.tokenFor("alice", { claims: { sid } })}`;
      const answer = await fetch(`${server.origin}/anything`, { headers: { authorization } });
      return answer.status === 401 ? ((await answer.json()) as { code: string }).code : "accepted";
    };
    return { ...bench, events, origin: server.origin, post, call };
  }

  it("is public, and ends the named session at once", async () => {
    const { issuer, post, call, events } = await serve();
    expect(await call("s1")).toBe("accepted");
    const answer = await post(`logout_token=${logoutTokenFor(issuer)}`);
    expect([answer.status, answer.headers.get("cache-control"), await answer.text()]).toEqual([
      200,
      "no-store",
      "",
    ]);
    // Fastify adds one to every body.
    if (!name.includes("fastify")) expect(answer.headers.get("content-type")).toBeNull();
    expect([await call("s1"), await call("s2")]).toEqual(["token_revoked", "accepted"]);
    expect(events).toMatchObject([{ status: 200, logout: { sessionId: "s1", subject: "alice" } }]);
  });

  it("accepts logout tokens by its own issuer and audience, and the API nothing more", async () => {
    const bench = await createRevokingBench();
    const provider = "https://app.example.com/api/auth";
    const server = await start(bench.verifier, {
      verifier: bench.verifier,
      issuer: provider,
      audience: "client-1",
    });
    onTestFinished(() => server.close());
    const post = async (faults: object) =>
      (
        await fetch(`${server.origin}/backchannel-logout`, {
          method: "POST",
          body: new URLSearchParams({ logout_token: logoutTokenFor(bench.issuer, faults) }),
        })
      ).status;
    const own = { claims: { iss: provider, aud: "client-1" } };
    expect([await post({}), await post({ claims: { aud: "client-1" } }), await post(own)]).toEqual([
      400, 400, 200,
    ]);
    const authorization = `Bearer ${bench.issuer.tokenFor("alice", own)}`;
    expect((await fetch(`${server.origin}/anything`, { headers: { authorization } })).status).toBe(401);
  });

  it("accepts a form without Content-Length", async () => {
    const { issuer, post, call } = await serve();
    const body = new Blob([`state=x&logout_token=${logoutTokenFor(issuer)}`]).stream();
    expect((await post(body, `${formType}; charset=UTF-8`)).status).toBe(200);
    expect(await call("s1")).toBe("token_revoked");
  });

  it("rejects with a 400 problem, and changes nothing", async () => {
    const { issuer, post, revocations, events } = await serve();
    const good = `logout_token=${logoutTokenFor(issuer)}`;
    const cases = [
      [`logout_token=${logoutTokenFor(issuer, { wrongSecret: true })}`, "signature_invalid"],
      [`logout_token=${issuer.tokenFor("alice")}`, "token_unsupported"],
      [`${good}&${good}`, "bad_request"],
      ["logout=1", "bad_request"],
      ["", "bad_request"],
    ] as const;
    for (const [body, code] of cases) {
      const answer = await post(body);
      expect([
        answer.status,
        answer.headers.get("content-type"),
        answer.headers.get("cache-control"),
      ]).toEqual([400, "application/problem+json", "no-store"]);
      expect(await answer.json()).toMatchObject({ code });
    }
    expect(events.map(({ refused }) => refused?.code)).toEqual(cases.map(([, code]) => code));
    expect((await post(`${good}&a=${"a".repeat(40_000)}`)).status).toBe(tooLong);
    expect((await post(good, "text/plain")).status).toBe(400);
    expect(revocations.status().entries).toBe(0);
  });

  it("answers 503 while nothing can be recorded, also to two requests at once", async () => {
    const { issuer, store, post, call } = await serve();
    const form = `logout_token=${logoutTokenFor(issuer)}`;
    const { append } = store;
    store.append = () =>
      new Promise((_, reject) => setTimeout(() => reject(new Error("connection lost")), 30));
    const answers = await Promise.all([post(form), post(form)]);
    expect(answers.map(({ status }) => status)).toEqual([503, 503]);
    for (const answer of answers) {
      expect(answer.headers.get("retry-after")).toBe("5");
      expect(await answer.text()).not.toContain("connection lost");
    }
    store.append = append;
    expect((await post(form)).status).toBe(200);
    expect((await post(form)).status).toBe(400);
    expect(await call("s1")).toBe("token_revoked");
  });

  it("answers a fault with 500, and keeps running", async () => {
    const warning = vi.spyOn(process, "emitWarning").mockReturnValue();
    onTestFinished(() => warning.mockRestore());
    let isBroken = true;
    const bench: Awaited<ReturnType<typeof serve>> = await serve({
      revoke: async (given) => {
        if (isBroken) throw new TypeError("a fault, with a secret");
        await bench.revocations.revoke(given);
      },
    });
    const form = `logout_token=${logoutTokenFor(bench.issuer)}`;
    expect((await bench.post(form)).status).toBe(500);
    // Without a framework, no error handler reports it.
    const told = ['a logout failed: "a fault, with a secret"', { code: "USHER_LOGOUT_FAILED" }];
    expect(warning.mock.calls).toEqual(
      name === "node:http" ? [[told[0], expect.objectContaining(told[1])]] : [],
    );
    isBroken = false;
    expect((await bench.post(form)).status).toBe(200);
  });

  it("survives senders that disconnect halfway", async () => {
    const { issuer, origin, post } = await serve();
    const { hostname, port } = new URL(origin);
    const socket = createConnection(Number(port), hostname);
    await once(socket, "connect");
    socket.write(
      `POST /backchannel-logout HTTP/1.1\r\nhost: a\r\ncontent-type: ${formType}\r\ncontent-length: 900\r\n\r\nlogout_to`,
    );
    await new Promise((resolve) => setTimeout(resolve, 20));
    socket.destroy();
    expect((await post(`logout_token=${logoutTokenFor(issuer)}`)).status).toBe(200);
  });

  it("makes no other route public", async () => {
    const { origin } = await serve();
    for (const [method, path] of [
      ["GET", "/anything"],
      ["POST", "/backchannel-logout/more"],
      ["POST", "/anything"],
    ] as const)
      expect((await fetch(`${origin}${path}`, { method })).status).toBe(401);
    const { status, headers } = await fetch(`${origin}/backchannel-logout`);
    expect([401, 404, 405]).toContain(status);
    expect(headers.get("allow")).toBe(status === 405 ? "POST" : null);
  });
});

it.each(logoutTargets.filter(({ name }) => /^(?:elysia|fastify|koa|nestjs)/.test(name)))(
  "$name answers at the path that it is given, and only there",
  async ({ start }) => {
    const { issuer, verifier } = await createRevokingBench();
    const server = await start(verifier, { verifier, path: "/elsewhere" } as never);
    onTestFinished(() => server.close());
    const post = (path: string) =>
      fetch(`${server.origin}${path}`, {
        method: "POST",
        body: `logout_token=${logoutTokenFor(issuer)}`,
        headers: { "content-type": formType },
      });
    expect((await post("/backchannel-logout")).status).toBe(401);
    expect((await post("/elsewhere")).status).toBe(200);
  },
);

it.each(logoutTargets)("$name needs a verifier with revocations", async ({ start }) => {
  const { verifier } = await createRevokingBench();
  const { revocations: _none, ...without } = verifier;
  await expect((async () => start(verifier, { verifier: without as never }))()).rejects.toThrow(
    "createRevocations",
  );
});
