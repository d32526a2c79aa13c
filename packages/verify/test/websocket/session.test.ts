import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import { createTestIssuer } from "@usher-auth/testing";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { WebSocket } from "ws";
import { remoteJwks, requireScopes } from "../../src/index.ts";
import { keySource, type VerificationKey } from "../../src/keys/index.ts";
import { createRevocations, memoryRevocationStore } from "../../src/revocation/index.ts";
import { createBench, handClock } from "../support.ts";
import { ask, bearer, closed, open, type SocketBench, serve } from "./support.ts";

// Fakes the guard's timer only. Sockets run in real time.
beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] }));
afterEach(() => void vi.useRealTimers());

/** Advances the tokens' clock and the timer by a second. */
function passSecond(bench: SocketBench): void {
  bench.clock.advance(1);
  vi.advanceTimersByTime(1000);
}

/** Breaks a connection like the network would. */
async function destroyed(connection: Socket): Promise<void> {
  const closed = new Promise((resolve) => connection.once("close", resolve));
  connection.destroy(new Error("reset"));
  await closed;
}

async function connect(bench: SocketBench, token: string): Promise<WebSocket> {
  return open(new WebSocket(`ws://${bench.host}/api/alice/live`, bearer(token)));
}

/** A key source with one key that accepts every signature, and that a test can withdraw. */
function localKeys() {
  const key: VerificationKey = { algorithm: "HS256", verify: () => true };
  return { key, algorithms: new Set(["HS256" as const]), candidates: (): VerificationKey[] => [key] };
}

describe("a socket", () => {
  it("is closed with 4401 within a second after its token expires, and not before", async () => {
    const bench = await serve({}, { clockTolerance: 0 });
    const webSocket = await connect(bench, bench.issuer.tokenFor("alice", { expiresIn: 60 }));
    for (let second = 1; second < 60; second++) passSecond(bench);
    expect(await ask(webSocket, "still here?")).toBe("alice: still here?");

    bench.clock.advance(1);
    vi.advanceTimersByTime(999);
    expect(await closed(webSocket)).toEqual([4401, "token_expired"]);
    expect(bench.rejected).toMatchObject([{ error: { code: "token_expired" } }]);
  });

  it("is closed when its key is withdrawn", async () => {
    const keys = localKeys();
    const bench = await serve({}, { keys: keySource(keys) });
    const webSocket = await connect(bench, bench.issuer.tokenFor("alice"));
    keys.key.retired = true;
    keys.candidates = () => [];
    vi.advanceTimersByTime(1000);
    expect(await closed(webSocket)).toEqual([4401, "key_unknown"]);
  });

  it("is closed within a second after its session or user is revoked, and others are not", async () => {
    const clock = handClock();
    const revocations = createRevocations({
      store: memoryRevocationStore({ clock }),
      maxTokenAge: 3600,
      clock,
    });
    onTestFinished(() => revocations.close());
    const bench = await serve({}, { revocations });
    await revocations.ready();
    const [ended, other] = [
      await connect(bench, bench.issuer.tokenFor("alice", { claims: { sid: "ended" } })),
      await connect(bench, bench.issuer.tokenFor("alice", { claims: { sid: "other" } })),
    ];
    await revocations.revoke({ kind: "session", id: "ended", before: clock() / 1000 });
    vi.advanceTimersByTime(1000);
    expect(await closed(ended)).toEqual([4401, "token_revoked"]);
    expect(await ask(other, "still here?")).toBe("alice: still here?");
    await revocations.revoke({ kind: "user", id: "alice", before: clock() / 1000 });
    vi.advanceTimersByTime(1000);
    expect(await closed(other)).toEqual([4401, "token_revoked"]);
  });

  it("is disconnected if the client does not answer the close frame", async () => {
    const bench = await serve();
    const [host, port] = bench.host.split(":");
    const client = createConnection({ host: host as string, port: Number(port), allowHalfOpen: true });
    onTestFinished(() => void client.destroy());
    const token = bench.issuer.tokenFor("alice", { expiresIn: 60 });
    client.write(
      `GET /news HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\nAuthorization: Bearer ${token}\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${"A".repeat(22)}==\r\n\r\n`,
    );
    const [greeting] = (await once(client, "data")) as [Buffer];
    expect(greeting.toString()).toMatch(/^HTTP\/1\.1 101 /);
    bench.clock.advance(3600);
    vi.advanceTimersByTime(500);
    const [frame] = (await once(client, "data")) as [Buffer];
    // RFC 6455 section 5.5.1: the close frame, its length, 4401, the reason.
    expect(frame.toString("latin1")).toBe("\x88\x0f\x11\x31token_expired");
    const end = once(client, "end");
    vi.advanceTimersByTime(500);
    await end;
  });

  it("is closed cleanly on both sides", async () => {
    const bench = await serve();
    const browser = new globalThis.WebSocket(`ws://${bench.host}/news`, [
      "bearer",
      bench.issuer.tokenFor("alice", { expiresIn: 60 }),
    ]);
    await once(browser, "open");
    bench.clock.advance(3600);
    vi.advanceTimersByTime(500);
    const [event] = (await once(browser, "close")) as [CloseEvent];
    expect(event).toMatchObject({ code: 4401, reason: "token_expired", wasClean: true });
  });

  it("is dropped if its connection closed while keys were fetched", async () => {
    for (const goAway of ["the client's end", "the server's end"]) {
      const [keys, asked] = [Promise.withResolvers<Response>(), Promise.withResolvers<void>()];
      const fetch = () => {
        asked.resolve();
        return keys.promise;
      };
      const issuer = createTestIssuer({ algorithm: "EdDSA" });
      const bench = await serve(
        {},
        { keys: remoteJwks("https://app.example.com/jwks", { fetch }), clock: Date.now },
      );
      const leaver = new WebSocket(`ws://${bench.host}/news`, bearer(issuer.tokenFor("alice")));
      leaver.on("error", () => {});
      await asked.promise;
      if (goAway === "the client's end") leaver.terminate();
      else await destroyed(bench.connections[0] as Socket);
      keys.resolve(Response.json(issuer.jwks()));

      const other = await open(new WebSocket(`ws://${bench.host}/news`, bearer(issuer.tokenFor("bob"))));
      other.terminate();
      await vi.waitFor(() => expect(vi.getTimerCount()).toBe(0));
      expect(bench.upgrades()).toBe(goAway === "the client's end" ? 2 : 1);
    }
  });

  it.each<[string, () => unknown, string]>([
    [
      "throws",
      () => {
        throw new Error("the vault is locked");
      },
      "the vault is locked",
    ],
    ["is asynchronous", async () => ({}), "`verifySync` answered with a promise"],
  ])("is disconnected with a warning if the verifier %s", async (_case, verifySync, reason) => {
    const { issuer, verifier } = createBench();
    const failing = { ...verifier };
    const bench = await serve({ verifier: failing });
    const webSocket = await connect(bench, issuer.tokenFor("alice"));
    failing.verifySync = verifySync as never;
    const warned = once(process, "warning");
    vi.advanceTimersByTime(500);
    expect(await closed(webSocket)).toEqual([1006, ""]);
    expect(await warned).toMatchObject([
      { code: "USHER_SOCKET_FAILED", message: expect.stringContaining(reason) },
    ]);
  });

  it("uses a timer that does not keep the process alive, and stops it at the end", async () => {
    const timers = vi.spyOn(globalThis, "setInterval");
    const bench = await serve();
    const sockets = [
      await connect(bench, bench.issuer.tokenFor("alice")),
      await connect(bench, bench.issuer.tokenFor("alice")),
    ];
    expect(timers.mock.results.map(({ value }) => value.hasRef())).toEqual([false]);
    expect(vi.getTimerCount()).toBe(1);
    for (const webSocket of sockets) webSocket.terminate();
    await vi.waitFor(() => expect(vi.getTimerCount()).toBe(0));
  });
});

describe("a fresh token", () => {
  const renew = async (webSocket: WebSocket, message: string | Buffer) => {
    webSocket.send(message);
    return ask(webSocket, "done");
  };

  it("keeps the socket open after the first token has expired", async () => {
    const bench = await serve();
    const claims = { sid: "session-1" };
    const webSocket = await connect(bench, bench.issuer.tokenFor("alice", { expiresIn: 60, claims }));
    bench.clock.advance(50);
    const fresh = bench.issuer.tokenFor("alice", { expiresIn: 60, claims: { ...claims, role: "admin" } });
    await renew(webSocket, `usher.renew ${fresh}`);
    expect(bench.session().principal.claims.role).toBe("admin");
    bench.clock.advance(50);
    vi.advanceTimersByTime(1000);
    expect(await ask(webSocket, "still here?")).toBe("alice: still here?");
    expect(bench.received).toEqual(["done", "still here?"]);

    bench.clock.advance(50);
    vi.advanceTimersByTime(1000);
    expect(await closed(webSocket)).toEqual([4401, "token_expired"]);
  });

  it("is accepted in a binary message, and other messages are not renewals", async () => {
    const bench = await serve();
    const webSocket = await connect(bench, bench.issuer.tokenFor("alice", { claims: { sid: undefined } }));
    const fresh = bench.issuer.tokenFor("alice", { claims: { sid: "any" } });
    await renew(webSocket, Buffer.from(`usher.renew ${fresh}`));
    expect(bench.session().principal.sessionId).toBe("any");
    for (const message of ["usher.renew", "usher.renewed x", "", " usher.renew x"]) {
      expect(await ask(webSocket, message)).toBe(`alice: ${message}`);
    }
    expect(bench.session().takesRenewal(undefined)).toBe(false);
    expect(bench.session().takesRenewal("usher.renew")).toBe(false);
  });

  it.each([
    ["for another user", 4403, "owner_mismatch", "bob", { claims: { sid: "session-1" } }],
    ["for another session", 4403, "owner_mismatch", "alice", { claims: { sid: "session-2" } }],
    ["without a session", 4403, "owner_mismatch", "alice", { claims: { sid: undefined } }],
    ["expired", 4401, "token_expired", "alice", { expired: true }],
    ["tampered", 4401, "signature_invalid", "alice", { tampered: true }],
  ])("that is %s closes the socket with %i", async (_, code, reason, user, faults) => {
    const bench = await serve();
    const webSocket = await connect(bench, bench.issuer.tokenFor("alice", { claims: { sid: "session-1" } }));
    webSocket.send(`usher.renew ${bench.issuer.tokenFor(user, faults)}`);
    expect(await closed(webSocket)).toEqual([code, reason]);
    expect(bench.session().principal.id).toBe("alice");
    expect(bench.rejected).toMatchObject([{ error: { code: reason } }]);
  });

  it("for another user is rejected on a path without an owner too", async () => {
    const bench = await serve();
    const [alice, bob] = ["alice", "bob"].map((user) =>
      bench.issuer.tokenFor(user, { claims: { sid: undefined } }),
    );
    const webSocket = await open(new WebSocket(`ws://${bench.host}/news`, bearer(alice as string)));
    webSocket.send(`usher.renew ${bob}`);
    expect(await closed(webSocket)).toEqual([4403, "owner_mismatch"]);
  });

  it("that cannot be verified at the moment changes nothing", async () => {
    let isOut = false;
    const issuer = createTestIssuer({ algorithm: "EdDSA" });
    const fetch = async () => (isOut ? new Response(null, { status: 500 }) : Response.json(issuer.jwks()));
    const clock = handClock();
    const keys = remoteJwks("https://app.example.com/jwks", { fetch, clock });
    const bench = await serve({}, { keys, clock: Date.now });
    const webSocket = await connect(bench, issuer.tokenFor("alice"));
    isOut = true;
    clock.advance(31);
    issuer.rotate();
    await renew(webSocket, `usher.renew ${issuer.tokenFor("alice")}`);
    await vi.waitFor(() => expect(bench.rejected).toMatchObject([{ error: { code: "keys_unavailable" } }]));
    vi.advanceTimersByTime(1000);
    expect(await ask(webSocket, "still here?")).toBe("alice: still here?");
  });

  it("without the path's scopes closes the socket with 4403", async () => {
    const bench = await serve({ policies: [requireScopes("a")] });
    const webSocket = await connect(
      bench,
      bench.issuer.tokenFor("alice", { claims: { scope: "a", sid: undefined } }),
    );
    webSocket.send(`usher.renew ${bench.issuer.tokenFor("alice", { claims: { scope: "b" } })}`);
    expect(await closed(webSocket)).toEqual([4403, "scope_insufficient"]);
  });

  it("that is not a string closes the socket", async () => {
    const bench = await serve();
    const webSocket = await connect(bench, bench.issuer.tokenFor("alice"));
    bench.session().renew({ token: "x" });
    bench.session().renew(undefined);
    expect(await closed(webSocket)).toEqual([4401, "token_malformed"]);
    expect(bench.rejected).toHaveLength(1);
  });
});
