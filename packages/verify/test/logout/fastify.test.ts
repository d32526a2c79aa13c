import fastify, { type FastifyInstance } from "fastify";
import { describe, expect, it, onTestFinished } from "vitest";
import { backchannelLogout, usher } from "../../src/adapters/fastify.ts";
import type { Revocations } from "../../src/index.ts";
import { createRevokingBench, logoutTokenFor } from "../revoking.ts";

const formType = "application/x-www-form-urlencoded";

async function createApp(revoking: Partial<Revocations> = {}) {
  const bench = await createRevokingBench();
  const logged: { readonly level: number; readonly msg: string }[] = [];
  const app = fastify({
    bodyLimit: 5_000_000,
    logger: { stream: { write: (line: string) => void logged.push(JSON.parse(line)) } },
  });
  onTestFinished(() => app.close());
  const bodyLimits = new Map<string, number | undefined>();
  app.addHook("onRoute", ({ url, bodyLimit }) => void bodyLimits.set(url, bodyLimit));
  // The app's own parser must not interfere.
  app.addContentTypeParser(formType, { parseAs: "string" }, (_request, body, done) =>
    done(null, { parsed: body }),
  );
  await app.register(usher, { verifier: bench.verifier, ownerParam: "userId" });
  const revocations = { ...bench.revocations, ...revoking };
  await app.register(backchannelLogout, { verifier: { ...bench.verifier, revocations } });
  app.get("/api/:userId/tasks", () => "tasks");
  app.post("/forms", (request) => request.body);
  return { ...bench, app, bodyLimits, logged };
}

function post(app: FastifyInstance, payload: string, type: string | undefined = formType) {
  return app.inject({
    method: "POST",
    url: "/backchannel-logout",
    payload,
    headers: { "content-type": type },
  });
}

describe("the endpoint in Fastify", () => {
  it("is public, records a logout, and rejects the session's token at once", async () => {
    const { app, issuer } = await createApp();
    const authorization = `Bearer ${issuer.tokenFor("alice", { claims: { sid: "s1" } })}`;
    const call = () => app.inject({ url: "/api/alice/tasks", headers: { authorization } });
    expect((await call()).statusCode).toBe(200);
    const answer = await post(app, `logout_token=${logoutTokenFor(issuer)}`);
    expect([answer.statusCode, answer.headers["cache-control"], answer.body]).toEqual([200, "no-store", ""]);
    const refused = await call();
    expect([refused.statusCode, refused.json().code]).toEqual([401, "token_revoked"]);
    expect(refused.headers["www-authenticate"]).toContain('error="invalid_token"');
    expect(app.usher.routes()).toContainEqual(
      expect.objectContaining({ method: "POST", url: "/backchannel-logout", public: true }),
    );
  });

  it("rejects a body that is too long or not a form with a 400 problem", async () => {
    const { app, issuer, revocations, bodyLimits } = await createApp();
    expect(bodyLimits.get("/backchannel-logout")).toBe(16_384);
    const good = `logout_token=${logoutTokenFor(issuer)}`;
    const cases = [
      [`${good}&a=${"a".repeat(1_000_000)}`, formType],
      [good, "application/json"],
      ["", formType],
      [JSON.stringify({ logout_token: logoutTokenFor(issuer) }), "application/json"],
      [good, "text/plain"],
      [good, ""],
    ] as const;
    for (const [payload, type] of cases) {
      const answer = await post(app, payload, type);
      expect([answer.statusCode, answer.json().code], `${type} ${payload.length}`).toEqual([
        400,
        "bad_request",
      ]);
      expect(answer.headers).toMatchObject({
        "content-type": "application/problem+json",
        "cache-control": "no-store",
      });
    }
    expect(revocations.status().entries).toBe(0);
  });

  it("logs the result of a logout", async () => {
    const { app, issuer, logged } = await createApp();
    const said = () => logged.flatMap(({ level, msg }) => (msg.includes("usher") ? [[level, msg]] : []));
    const [info, warn] = [30, 40];
    await post(app, `logout_token=${logoutTokenFor(issuer)}`);
    expect(said()).toEqual([[info, "logout recorded by usher"]]);
    await post(app, "logout_token=x");
    expect(said().slice(1)).toEqual([[warn, "logout refused by usher"]]);
    expect(logged.at(-2)).toMatchObject({ code: "token_malformed" });
  });

  it("passes on unexpected errors: a fault is not a bad request", async () => {
    const fail = async () => {
      throw new Error("the list's");
    };
    const { app, issuer } = await createApp({ revoke: fail });
    const answer = await post(app, `logout_token=${logoutTokenFor(issuer)}`);
    expect([answer.statusCode, answer.json().message]).toEqual([500, "the list's"]);
  });

  it("leaves the app's own parsers, and its guard, as they are", async () => {
    const { app, issuer } = await createApp();
    const form = { method: "POST", url: "/forms", payload: "a=1" } as const;
    const authorization = `Bearer ${issuer.tokenFor("alice")}`;
    expect((await app.inject({ ...form, headers: { "content-type": formType } })).statusCode).toBe(401);
    const answer = await app.inject({ ...form, headers: { "content-type": formType, authorization } });
    expect(answer.json()).toEqual({ parsed: "a=1" });
    expect((await app.inject({ method: "GET", url: "/backchannel-logout" })).statusCode).toBe(401);
  });
});
