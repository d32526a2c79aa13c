import { type Fault, type FaultProxy, startFaultProxy } from "@usher-auth/e2e/fault-proxy";
import { createTestIssuer, type JwksIssuer } from "@usher-auth/testing";
import { AuthError, createVerifier, remoteJwks } from "@usher-auth/verify";
import { createGuard } from "@usher-auth/verify/guard";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

let issuer: JwksIssuer;
let proxy: FaultProxy;
let now: number;
const clock = () => now;

beforeEach(async () => {
  vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  now = Date.parse("2026-01-01T00:00:00Z");
  issuer = await createTestIssuer({ mode: "jwks", clock });
  proxy = await startFaultProxy(Number(new URL(issuer.jwksUrl).port));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await proxy.close();
  await issuer.close();
});

/**
 * A guard that fetches its keys through the proxy. Returns a user's id, or status and code.
 */
function startGuard(): (token: string) => Promise<string> {
  const url = new URL(issuer.jwksUrl);
  url.port = String(proxy.port);
  const keys = remoteJwks(url, { timeout: 1, clock, random: () => 1 });
  const verifier = createVerifier({ keys, issuer: issuer.issuer, audience: issuer.audience, clock });
  const guard = createGuard({ verifier, ownerParam: null });
  return async (token) => {
    const authorization = `Bearer ${token}`;
    try {
      const request = { authorization, tokenInQuery: false, params: {}, ownerParams: [], source: null };
      return (await guard.admit(request)).id;
    } catch (error) {
      if (!(error instanceof AuthError)) throw error;
      const { status, headers } = guard.refuse(error, null);
      return [status, error.code, ...(headers["retry-after"] === undefined ? [] : ["retry"])].join(" ");
    }
  };
}

const advance = (seconds: number) => {
  now += seconds * 1000;
};
const good = () => issuer.tokenFor("ann", { expiresIn: 86_400 });
/** Signed by someone else, with the `kid` of the issuer's key. */
function forged(): string {
  const { keys } = issuer.jwks() as { keys: { kid: string }[] };
  return createTestIssuer({ algorithm: "EdDSA", clock }).tokenFor("ann", { header: { kid: keys[0]?.kid } });
}
const unavailable = "503 keys_unavailable retry";

/**
 * The outcome for a token after the fault has ended. `fetch` may have kept broken connections, which it only
 * notices when it uses them, so the first attempts may still fail.
 */
async function afterwards(ask: (token: string) => Promise<string>, token: string): Promise<string> {
  await proxy.set({ kind: "none" });
  for (let attempt = 0; ; attempt++) {
    advance(61);
    const outcome = await ask(token);
    if (outcome !== unavailable || attempt === 3) return outcome;
  }
}

const faults: readonly [string, Fault][] = [
  ["refused", { kind: "refuse" }],
  ["cut before a word", { kind: "cut", direction: "toServer", after: 1 }],
  ["cut within the head", { kind: "cut", direction: "toClient", after: 40 }],
  ["cut within the keys", { kind: "cut", direction: "toClient", after: 250 }],
  ["silent", { kind: "stall" }],
  ["slower than the deadline", { kind: "delay", milliseconds: 700 }],
  [
    "garbled",
    { kind: "corrupt", direction: "toClient", change: (bytes) => bytes.fill(0x7e, bytes.indexOf("{")) },
  ],
];

test.each(faults)(
  "without keys, the issuer's network %s: 503 for a valid token, and recovery ends it",
  async (_name, fault) => {
    await proxy.set(fault);
    const ask = startGuard();
    expect(await ask(good())).toBe(unavailable);
    expect(await ask(forged())).toBe(unavailable);

    expect(await afterwards(ask, good())).toBe("ann");
    expect(await ask(forged())).toBe("401 signature_invalid");
  },
);

test.each(faults)(
  "with keys, then the issuer's network %s: they stay in use, a new key is a 503, and recovery ends it",
  async (_name, fault) => {
    const ask = startGuard();
    const old = good();
    expect(await ask(old)).toBe("ann");

    await proxy.set(fault);
    proxy.cutAll();
    issuer.rotate();
    advance(900);
    expect(await ask(good())).toBe(unavailable);
    for (const passed of [0, 3_600, 6 * 3_600]) {
      advance(passed);
      expect(await ask(old)).toBe("ann");
      expect(await ask(forged())).toBe(unavailable);
    }

    expect(await afterwards(ask, good())).toBe("ann");
    expect(await ask(old)).toBe("ann");
    expect(await ask(forged())).toBe("401 signature_invalid");
  },
);

test("a key that is added right after a fetch: its first token is accepted, or a 503 during an outage", async () => {
  const ask = startGuard();
  expect(await ask(good())).toBe("ann");
  issuer.rotate();
  expect(await ask(good())).toBe("ann");
  await proxy.set({ kind: "stall" });
  proxy.cutAll();
  issuer.rotate();
  expect(await ask(good())).toBe(unavailable);
  expect(await afterwards(ask, good())).toBe("ann");
});

test("a slow network is waited for", async () => {
  await proxy.set({ kind: "delay", milliseconds: 100 });
  expect(await startGuard()(good())).toBe("ann");
});

test("one changed bit in the response: no forged token is accepted, and a valid one is after the next refresh", async () => {
  const outcomes = new Map<string, number>();
  for (let offset = 0; ; offset += 2) {
    const token = good();
    const answer = { length: 0 };
    const change = (bytes: Buffer, before: number) => {
      answer.length = before + bytes.length;
      const at = offset - before;
      if (at >= 0 && at < bytes.length) bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << (offset % 8)), at);
    };
    await proxy.set({ kind: "corrupt", direction: "toClient", change });
    proxy.cutAll();
    const ask = startGuard();
    const outcome = await ask(token);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    expect(await ask(forged())).toMatch(/^(?:401|503) /);

    // If there are wrong keys, they are fetched again when they are too old; if there are none, for the next
    // token.
    advance(600);
    expect([offset, await afterwards(ask, token)]).toEqual([offset, "ann"]);
    if (offset > answer.length && answer.length > 0) break;
  }
  // Most changed responses are invalid; the others have another `kid`, or a key that verifies nothing.
  expect([...outcomes.keys()].toSorted()).toEqual([
    "401 key_unknown",
    "401 signature_invalid",
    unavailable,
    "ann",
  ]);
});
