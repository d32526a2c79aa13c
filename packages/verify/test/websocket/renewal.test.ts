import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { AuthError, type Verifier } from "../../src/index.ts";
import { createBench } from "../support.ts";
import { ask, bearer, closed, open, type SocketBench, serve } from "./support.ts";

// Fakes the guard's timer only. Sockets run in real time.
beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] }));
afterEach(() => void vi.useRealTimers());

const { issuer, verifier } = createBench();
const tokenFor = (user: string, role?: string) =>
  issuer.tokenFor(user, { claims: { sid: "session-1", role } });

/** Starts a guarded server with a changed verifier, and opens a socket for Alice. */
async function connect(changes: Partial<Verifier>): Promise<[SocketBench, WebSocket]> {
  const bench = await serve({ verifier: { ...verifier, ...changes } });
  return [bench, await open(new WebSocket(`ws://${bench.host}/news`, bearer(tokenFor("alice"))))];
}

describe("a fresh token", () => {
  it("that waits for keys takes effect when they arrive, and must be for the same user", async () => {
    const [bench, webSocket] = await connect({ verify: async (token) => verifier.verifySync(token) });
    bench.session().renew(tokenFor("alice", "admin"));
    await vi.waitFor(() => expect(bench.session().principal.claims.role).toBe("admin"));
    bench.session().renew(tokenFor("bob"));
    expect(await closed(webSocket)).toEqual([4403, "owner_mismatch"]);
    expect(bench.rejected).toMatchObject([
      { error: { hint: "the fresh token is for another user, OAuth client or session" } },
    ]);
    expect(bench.session().principal.id).toBe("alice");
  });

  it("that the verifier cannot verify at the moment changes nothing (synchronously)", async () => {
    let isOut = false;
    const [bench, webSocket] = await connect({
      verify: ((token: string) => {
        if (isOut) throw new AuthError("keys_unavailable");
        return verifier.verifySync(token);
      }) as never,
    });
    isOut = true;
    bench.session().renew(tokenFor("alice", "admin"));
    expect(bench.rejected).toMatchObject([{ error: { code: "keys_unavailable" } }]);
    vi.advanceTimersByTime(1000);
    expect(await ask(webSocket, "still here?")).toBe("alice: still here?");
    expect(bench.session().principal.claims.role).toBeUndefined();
  });

  it("disconnects the socket with a warning if the verifier throws", async () => {
    let isBroken = false;
    const [bench, webSocket] = await connect({
      verify: ((token: string) => {
        if (isBroken) throw new Error("the vault is locked");
        return verifier.verifySync(token);
      }) as never,
    });
    isBroken = true;
    const warned = once(process, "warning");
    bench.session().renew(tokenFor("alice"));
    expect(await closed(webSocket)).toEqual([1006, ""]);
    expect(await warned).toMatchObject([
      { code: "USHER_SOCKET_FAILED", message: expect.stringContaining("the vault is locked") },
    ]);
    expect(bench.rejected).toEqual([]);
  });

  it("is also accepted in a text message", async () => {
    const [bench] = await connect({});
    expect(bench.session().takesRenewal(`usher.renew ${tokenFor("alice", "admin")}`)).toBe(true);
    expect(bench.session().principal.claims.role).toBe("admin");
    for (const message of ["x usher.renew ", "usher.renew", "", "Usher.renew x"])
      expect(bench.session().takesRenewal(message)).toBe(false);
  });

  it("is also accepted in the buffer that a runtime's own WebSocket delivers", async () => {
    const [bench] = await connect({});
    const { buffer } = new TextEncoder().encode(`usher.renew ${tokenFor("alice", "admin")}`);
    expect(bench.session().takesRenewal(buffer)).toBe(true);
    expect(bench.session().principal.claims.role).toBe("admin");
  });

  it("that is missing from its message closes the socket", async () => {
    const [bench, webSocket] = await connect({});
    webSocket.send("usher.renew ");
    expect(await closed(webSocket)).toEqual([4401, "token_malformed"]);
    expect(bench.received).toEqual([]);
  });
});

describe("fresh tokens that are verified slowly", () => {
  /** A verifier that verifies renewals when the test says so, in any order. */
  async function connectSlowly() {
    const waiting = new Map<string, () => void>();
    let isSlow = false;
    const [bench, webSocket] = await connect({
      verify: async (token) => {
        if (isSlow) await new Promise<void>((resolve) => waiting.set(token, resolve));
        return verifier.verifySync(token);
      },
    });
    isSlow = true;
    const finishVerifying = async (token: string) => {
      waiting.get(token)?.();
      await new Promise(setImmediate);
    };
    return { bench, webSocket, finishVerifying };
  }

  it("take effect in the order in which they were sent, not in the order in which they were verified", async () => {
    const { bench, webSocket, finishVerifying } = await connectSlowly();
    const [first, second] = [tokenFor("alice", "first"), tokenFor("alice", "second")];
    for (const token of [first, second]) bench.session().renew(token);
    await finishVerifying(second);
    expect(bench.session().principal.claims.role).toBe("second");
    await finishVerifying(first);
    expect(bench.session().principal.claims.role).toBe("second");
    expect(await ask(webSocket, "still here?")).toBe("alice: still here?");
  });

  it("are rejected if they are for another user, even after a later valid one", async () => {
    const { bench, webSocket, finishVerifying } = await connectSlowly();
    const [bobs, own] = [tokenFor("bob"), tokenFor("alice", "own")];
    for (const token of [bobs, own]) bench.session().renew(token);
    await finishVerifying(own);
    await finishVerifying(bobs);
    expect(await closed(webSocket)).toEqual([4403, "owner_mismatch"]);
    expect(bench.session().principal).toMatchObject({ id: "alice", claims: { role: "own" } });
  });

  it("change nothing after the socket has closed", async () => {
    const { bench, webSocket, finishVerifying } = await connectSlowly();
    const late = tokenFor("alice", "late");
    bench.session().renew(late);
    webSocket.close();
    await closed(webSocket);
    await finishVerifying(late);
    expect(bench.session().principal.claims.role).toBeUndefined();
  });
});

describe("a socket's own token", () => {
  it("that can no longer be verified closes it with 4503", async () => {
    let isStale = false;
    const [, webSocket] = await connect({
      verifySync: (token) => {
        if (isStale) throw new AuthError("revocations_unavailable");
        return verifier.verifySync(token);
      },
    });
    isStale = true;
    vi.advanceTimersByTime(500);
    expect(await closed(webSocket)).toEqual([4503, "revocations_unavailable"]);
  });
});
