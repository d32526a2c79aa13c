import { createTestIssuer } from "@usher-auth/testing";
import fastify from "fastify";
import { afterEach, beforeEach, describe, expect, it, type MockInstance, onTestFinished, vi } from "vitest";
import { backchannelLogout, usher } from "../../src/adapters/fastify.ts";
import { type AuditEvent, type AuditLogOptions, auditLog } from "../../src/audit/index.ts";
import type { KeysChanged, RevocationsChanged } from "../../src/events/index.ts";
import { isObserved, publish } from "../../src/events/publish.ts";
import { createVerifier, remoteJwks, requireClaim } from "../../src/index.ts";
import { forbidImpersonation } from "../../src/policies/index.ts";
import { createRevokingBench, logoutTokenFor } from "../revoking.ts";
import { start, startSeconds } from "../support.ts";
import { faultsOf } from "./entry-schema.ts";

const time = "2026-01-01T00:00:00.000Z";

let warned: MockInstance<typeof process.emitWarning>;
beforeEach(() => {
  warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {}) as typeof warned;
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Collects entries, each of which must fit the schema. */
function audit(options: AuditLogOptions = {}): AuditEvent[] {
  const entries: AuditEvent[] = [];
  onTestFinished(auditLog((entry) => entries.push(entry), { clock: () => start, ...options }));
  onTestFinished(() => {
    for (const entry of entries) {
      expect(faultsOf(JSON.parse(JSON.stringify(entry))), JSON.stringify(entry)).toEqual([]);
      expect(Object.isFrozen(entry)).toBe(true);
    }
  });
  return entries;
}

async function createApp() {
  const bench = await createRevokingBench();
  const { verifier, issuer } = bench;
  const app = fastify({ genReqId: () => "r1" });
  const isSupport = requireClaim((claims) => claims.role === "support", "role support");
  await app.register(usher, { verifier, ownerParam: "userId", log: false });
  await app.register(backchannelLogout, { verifier });
  app.get("/users/:userId/orders", { config: { owner: { or: [isSupport] } } }, () => ({}));
  app.get("/users/:userId/secret", { config: { policies: [forbidImpersonation()] } }, () => ({}));
  onTestFinished(async () => void (await app.close()));
  const get = (url: string, token?: string) =>
    app.inject({ url, headers: token === undefined ? {} : { authorization: `Bearer ${token}` } });
  return { ...bench, app, get, tokenFor: issuer.tokenFor };
}

const request = { adapter: "fastify", method: "GET", requestId: "r1" };

describe("auditLog", () => {
  it("writes each rejected request, with the user of a valid token, and none that was accepted", async () => {
    const { get, tokenFor } = await createApp();
    const entries = audit();
    await get("/users/alice/orders", tokenFor("alice", { claims: { sid: "s1" } }));
    await get("/users/alice/orders?access_token=x");
    await get("/users/alice/orders", tokenFor("bob", { claims: { sid: "s2" } }));
    await get("/unknown/0f3a");
    const refused = {
      time,
      event: "request.refused",
      outcome: "failure",
      hint: expect.any(String),
      ...request,
    };
    expect(entries).toEqual([
      {
        ...refused,
        code: "credentials_missing",
        route: "/users/:userId/orders",
      },
      {
        ...refused,
        code: "owner_mismatch",
        subject: "bob",
        sessionId: "s2",
        route: "/users/:userId/orders",
      },
      { ...refused, code: "credentials_missing", path: "/unknown/*" },
    ]);
  });

  it("writes each use of an owner exception", async () => {
    const { get, tokenFor } = await createApp();
    const entries = audit();
    await get("/users/alice%1b/orders", tokenFor("bob", { claims: { role: "support", sid: "s2" } }));
    expect(entries).toMatchObject([
      {
        time,
        event: "request.exception",
        outcome: "success",
        subject: "bob",
        sessionId: "s2",
        ...request,
        route: "/users/:userId/orders",
        exceptions: [{ param: "userId", value: "alice\\u001b", policies: ["role support"] }],
      },
    ]);
  });

  it("writes each request of an impersonated session, accepted or not", async () => {
    const { get, tokenFor } = await createApp();
    const entries = audit();
    const token = tokenFor("alice", { claims: { act: { sub: "admin-1" } } });
    await get("/users/alice/orders", token);
    await get("/users/alice/secret", token);
    await get("/users/alice/orders", tokenFor("alice", { claims: { act: {} } }));
    expect(entries.map(({ event, subject, actor, code }) => [event, subject, actor, code])).toEqual([
      ["request.impersonated", "alice", "admin-1", undefined],
      ["request.refused", "alice", "admin-1", "impersonation_forbidden"],
      ["request.impersonated", "alice", "", undefined],
    ]);
  });

  it("writes revocations of this process and of others, and who made them", async () => {
    const { revocations, store } = await createApp();
    const entries = audit();
    await revocations.revoke({ kind: "user", id: "alice", before: startSeconds, by: "admin-1" });
    await store.append([{ kind: "session", id: "s9", before: startSeconds, by: "usher-auth, ada" }]);
    await revocations.revoke({ kind: "token", id: "j1", before: startSeconds + 0.5 });
    const made = { time, event: "revocation.made", outcome: "success" };
    const before = startSeconds;
    expect(entries).toEqual([
      {
        ...made,
        subject: "alice",
        revocation: { kind: "user", id: "alice", before, by: "admin-1", origin: "here" },
      },
      {
        ...made,
        sessionId: "s9",
        revocation: { kind: "session", id: "s9", before, by: "usher-auth, ada", origin: "elsewhere" },
      },
      { ...made, revocation: { kind: "token", id: "j1", before: before + 0.5, origin: "here" } },
    ]);
  });

  it("writes logouts, recorded and rejected", async () => {
    const { app, issuer } = await createApp();
    const entries = audit();
    const send = (token: string) =>
      app.inject({
        method: "POST",
        url: "/backchannel-logout",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        payload: `logout_token=${token}`,
      });
    await send(logoutTokenFor(issuer));
    await send(issuer.tokenFor("alice"));
    const logout = { time, event: "logout.received" };
    expect(entries).toEqual([
      expect.objectContaining({
        event: "revocation.made",
        revocation: { kind: "session", id: "s1", before: startSeconds, by: issuer.issuer, origin: "here" },
      }),
      { ...logout, outcome: "success", subject: "alice", sessionId: "s1" },
      { ...logout, outcome: "failure", code: "token_unsupported", hint: expect.any(String) },
    ]);
  });

  it("writes changes of keys and outages", async () => {
    const { issuer, clock } = await createApp();
    const entries = audit();
    let answer: unknown = createTestIssuer({ algorithm: "ES256" }).jwks();
    const keys = remoteJwks("https://app.example.com/jwks?key=s3cret", {
      fetch: async () => Response.json(answer),
      clock,
    });
    const verifier = createVerifier({ keys, issuer: "https://i.example.com", audience: null });
    await verifier.ready();
    answer = "no key set";
    clock.advance(600);
    await verifier.verify(issuer.tokenFor("alice")).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 10));
    const changed = { time, event: "keys.changed" };
    const source = "https://app.example.com/jwks";
    expect(entries).toMatchObject([
      { ...changed, outcome: "success", keys: { source, change: "loaded" } },
      { ...changed, outcome: "failure", keys: { source, change: "failed", reason: expect.any(String) } },
    ]);
    expect(JSON.stringify(entries)).not.toContain("s3cret");
  });

  it.each<[string, Partial<KeysChanged>, object]>([
    [
      "those that are new, by the id or the version that they have",
      {
        added: [
          { algorithm: "ES256", kid: "k\n1" },
          { algorithm: "HS256", version: 0 },
        ],
      },
      {
        added: [
          { algorithm: "ES256", kid: "k\\u000a1" },
          { algorithm: "HS256", version: 0 },
        ],
      },
    ],
    [
      "those that are no longer accepted",
      { removed: [{ algorithm: "ES256" }] },
      { removed: [{ algorithm: "ES256" }] },
    ],
    ["none if the event names none", {}, {}],
  ])("writes which keys changed: %s", (_which, event, written) => {
    const entries = audit();
    const [source, change] = ["shared secret", "changed"] as const;
    publish("usher:keys", { source, change, keys: [{ algorithm: "EdDSA" }], ...event });
    expect(entries).toStrictEqual([
      { time, event: "keys.changed", outcome: "success", keys: { source, change, ...written } },
    ]);
  });

  // The channel belongs to all copies of the package in the process, which may be of other versions.
  it.each<[string, RevocationsChanged]>([
    [
      "another change, even if it lists revocations",
      { change: "loaded", revocations: [{ kind: "user", id: "alice", before: startSeconds }] },
    ],
    ["another change without a list", { change: "stale", reason: "down" }],
    ["a revocation without a list", { change: "revoked" }],
  ])("writes nothing about revocations for %s, and does not fail", (_what, event) => {
    const entries = audit();
    publish("usher:revocations", event);
    expect(entries).toEqual([]);
    expect(warned).not.toHaveBeenCalled();
  });

  it("leaves nothing out, however many there are in a second", async () => {
    const { get } = await createApp();
    const entries = audit();
    for (let count = 0; count < 500; count++) await get("/users/alice/orders");
    expect(entries).toHaveLength(500);
  });

  it("writes ids that contain anything in one line, without a token", async () => {
    const { get, tokenFor } = await createApp();
    const entries = audit();
    const hostile = `a\n\u001b[2J\u202e${tokenFor("alice")}${"x".repeat(600)}`;
    const claims = { sid: hostile, act: { sub: hostile } };
    await get("/users/alice/orders", tokenFor(hostile, { claims }));
    const line = JSON.stringify(entries);
    expect(entries).toHaveLength(1);
    expect(entries[0]?.subject).toMatch(/^a\\u000a\\u001b\[2J\\u202e\[token\]/);
    expect(line).not.toMatch(/eyJ|[\u007f-\u009f\u202e]/);
  });

  it("writes only the chosen kinds, and then observes no accepted request", async () => {
    const { get, tokenFor } = await createApp();
    const entries = audit({ events: ["request.exception", "revocation.made"] });
    expect(isObserved("usher:accept")).toBe(false);
    await get("/users/alice/orders");
    await get("/users/alice/orders", tokenFor("bob", { claims: { role: "support" } }));
    expect(entries.map(({ event }) => event)).toEqual(["request.exception"]);
  });

  it("ends", async () => {
    const { get } = await createApp();
    const entries: AuditEvent[] = [];
    const stop = auditLog((entry) => entries.push(entry));
    stop();
    stop();
    await get("/users/alice/orders");
    expect(entries).toEqual([]);
  });

  it.each<[string, () => unknown]>([
    [
      "throws",
      () => {
        throw new Error("disk full");
      },
    ],
    ["rejects", () => Promise.reject(new Error("disk full"))],
    ["never settles", () => new Promise(() => {})],
    [
      "returns a thenable that throws",
      () => ({
        // biome-ignore lint/suspicious/noThenProperty: a thenable, as user code may return.
        then: () => {
          throw new Error("disk full");
        },
      }),
    ],
  ])("changes no response if `write` %s, and warns at most once a minute", async (how, write) => {
    const { get, revocations, tokenFor } = await createApp();
    onTestFinished(auditLog(write));
    expect((await get("/users/alice/orders")).statusCode).toBe(401);
    expect((await get("/users/alice/orders", tokenFor("alice", { claims: { act: {} } }))).statusCode).toBe(
      200,
    );
    await revocations.revoke({ kind: "user", id: "alice", before: startSeconds });
    await new Promise((resolve) => setImmediate(resolve));
    expect(warned.mock.calls.map(([message]) => message)).toEqual(
      how === "never settles" ? [] : ['the function of auditLog failed: "disk full"'],
    );
  });

  it("rejects what it cannot use, at once", () => {
    expect(() => auditLog("file" as never)).toThrow("auditLog: `write` must be a function.");
    for (const events of ["request.refused", ["request.accepted"], [undefined], {}, null])
      expect(() => auditLog(() => {}, { events: events as never })).toThrow(
        "auditLog: `events` must be a list of: request.refused, ",
      );
    expect(isObserved("usher:reject")).toBe(false);
  });
});
