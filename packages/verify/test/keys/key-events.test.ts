import { channel } from "node:diagnostics_channel";
import { mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestIssuer, type TestIssuer } from "@usher-auth/testing";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { type KeysChanged, subscribe } from "../../src/events/index.ts";
import { createVerifier, remoteJwks, type Secret, sharedSecret } from "../../src/index.ts";
import { keyStatus, parseSecretVersions, reloadedSecret } from "../../src/keys/index.ts";
import { createBench, handClock } from "../support.ts";

/** What subscribers of `usher:keys` learn. */

const settle = () => new Promise<void>((resolve) => setTimeout(resolve, 5));

beforeEach(() => {
  vi.spyOn(process, "emitWarning").mockImplementation(() => {});
});
afterEach(() => {
  vi.restoreAllMocks();
});

function listen(): KeysChanged[] {
  const events: KeysChanged[] = [];
  onTestFinished(subscribe("usher:keys", (event) => events.push(event)));
  return events;
}

/** Several key pairs, of which a server publishes some. */
function createIssuers() {
  const clock = handClock();
  const [first, second] = (["ES256", "EdDSA"] as const).map((algorithm) =>
    createTestIssuer({ algorithm, clock }),
  );
  if (first === undefined || second === undefined) throw new Error("two were created");
  return { clock, first, second };
}

const keysOf = (issuer: TestIssuer) =>
  issuer.jwks().keys as readonly { readonly kid?: string; readonly alg?: string }[];
const factsOf = (issuer: TestIssuer) => keysOf(issuer).map(({ kid, alg }) => ({ algorithm: alg, kid }));

describe("usher:keys of remoteJwks", () => {
  function createRemote(path = "/jwks?code=s3cret") {
    const issuers = createIssuers();
    const state = { answer: () => Response.json({ keys: keysOf(issuers.first) }) as Response };
    const keys = remoteJwks(`https://app.example.com${path}`, {
      fetch: async () => state.answer(),
      clock: issuers.clock,
      random: () => 1,
      maxAge: 600,
      maxStale: 3600,
    });
    const { verifier } = createBench({ keys, clock: issuers.clock });
    const refresh = async (seconds = 600) => {
      issuers.clock.advance(seconds);
      await verifier.verify(issuers.first.tokenFor("alice")).catch(() => undefined);
      await settle();
    };
    return Object.assign(state, { ...issuers, verifier, refresh });
  }

  it("reports the first keys, with the URL without its query", async () => {
    const events = listen();
    const { verifier, first } = createRemote();
    await verifier.ready();
    // Strict: a fact that a key lacks is absent.
    expect(events).toStrictEqual([
      { source: "https://app.example.com/jwks", change: "loaded", keys: factsOf(first) },
    ]);
    expect(Object.isFrozen(events[0]?.keys)).toBe(true);
  });

  it("has the query in no warning and in no hint, which is logged", async () => {
    const remote = createRemote();
    remote.answer = () => new Response("no", { status: 500 });
    await expect(remote.verifier.verify(remote.first.tokenFor("alice"))).rejects.toMatchObject({
      code: "keys_unavailable",
      hint: "the JWKS at https://app.example.com/jwks cannot be loaded: it answered 500",
    });
    const [key] = keysOf(remote.first);
    remote.answer = () => Response.json({ keys: [key, { kty: "EC", kid: "broken" }] });
    await remote.refresh();
    remote.answer = () => new Response("no", { status: 500 });
    await remote.refresh();
    const warnings = vi.mocked(process.emitWarning).mock.calls.map(([text]) => text);
    expect(warnings).toHaveLength(2);
    for (const warning of warnings) expect(warning).not.toMatch(/s3cret|code/);
  });

  it("reports a set that changes and changes back, and of none that stays", async () => {
    const remote = createRemote();
    await remote.verifier.ready();
    const events = listen();
    await remote.refresh();
    expect(events).toEqual([]);
    remote.answer = () => Response.json({ keys: [...keysOf(remote.second), ...keysOf(remote.first)] });
    await remote.refresh();
    remote.answer = () => Response.json({ keys: [...keysOf(remote.first), ...keysOf(remote.second)] });
    await remote.refresh();
    remote.answer = () => Response.json({ keys: keysOf(remote.first) });
    await remote.refresh();
    const [first, second] = [factsOf(remote.first), factsOf(remote.second)];
    expect(events.map(({ source: _, ...event }) => event)).toEqual([
      { change: "changed", keys: [...second, ...first], added: second, removed: [] },
      { change: "changed", keys: first, added: [], removed: second },
    ]);
  });

  it("reports a key with the same kid and other material", async () => {
    const remote = createRemote();
    await remote.verifier.ready();
    const events = listen();
    const other = createTestIssuer({ algorithm: "ES256", clock: remote.clock });
    const [{ kid } = {}] = keysOf(remote.first);
    remote.answer = () => Response.json({ keys: keysOf(other).map((key) => ({ ...key, kid })) });
    await remote.refresh();
    const facts = factsOf(remote.first);
    expect(events).toMatchObject([{ change: "changed", keys: facts, added: facts, removed: facts }]);
  });

  it("reports an outage once, with the reason, and of its end", async () => {
    const remote = createRemote();
    remote.answer = () => new Response("no", { status: 500 });
    const events = listen();
    await remote.verifier.ready().catch(() => undefined);
    expect(events).toEqual([]);
    remote.answer = () => Response.json({ keys: keysOf(remote.first) });
    await remote.refresh();
    remote.answer = () => {
      throw new Error(`no\u001b[31m: ${remote.first.tokenFor("alice")}`);
    };
    for (let times = 0; times < 3; times++) await remote.refresh();
    remote.answer = () => Response.json({ keys: keysOf(remote.first) });
    await remote.refresh();
    expect(events.map(({ change, reason, keys }) => [change, reason, keys.length])).toEqual([
      ["loaded", undefined, 1],
      ["failed", "no\\u001b[31m: [token]…", 1],
      ["recovered", undefined, 1],
    ]);
  });

  it("reports keys that became too old, and of their return", async () => {
    const remote = createRemote();
    await remote.verifier.ready();
    const events = listen();
    const answer = remote.answer;
    remote.answer = () => new Response("no", { status: 500 });
    await remote.refresh();
    await remote.refresh(3600);
    remote.answer = answer;
    await remote.refresh();
    expect(
      events.map(({ change, keys, added, removed }) => [change, keys.length, added?.length, removed?.length]),
    ).toEqual([
      ["failed", 1, undefined, undefined],
      ["changed", 0, 0, 1],
      ["recovered", 1, undefined, undefined],
      ["changed", 1, 1, 0],
    ]);
  });

  it("creates no event while nobody subscribes", async () => {
    const published = vi.spyOn(channel("usher:keys"), "publish");
    const remote = createRemote();
    await remote.verifier.ready();
    remote.answer = () => new Response("no", { status: 500 });
    await remote.refresh();
    await remote.refresh(3600);
    expect(keyStatus(remote.verifier)).toEqual({ state: "missing" });
    expect(published).not.toHaveBeenCalled();
  });

  it("reports each of a verifier's sources by its own URL, once for all verifiers", async () => {
    const events = listen();
    const { clock, first, second } = createIssuers();
    const keys = [first, second].map((issuer, index) =>
      remoteJwks(`https://${index}.example.com/jwks`, {
        fetch: async () => Response.json({ keys: keysOf(issuer) }),
        clock,
      }),
    );
    for (let times = 0; times < 2; times++) await createBench({ keys, clock }).verifier.ready();
    expect(events.map(({ source, keys }) => [source, keys])).toEqual([
      ["https://0.example.com/jwks", factsOf(first)],
      ["https://1.example.com/jwks", factsOf(second)],
    ]);
  });

  it("is not disturbed by a subscriber that throws, and shows it the new state", async () => {
    const remote = createRemote();
    const seen: string[] = [];
    const token = remote.first.tokenFor("alice");
    onTestFinished(
      subscribe("usher:keys", () => {
        seen.push(remote.verifier.verifySync(token).id);
        throw new Error("the subscriber's");
      }),
    );
    await remote.verifier.ready();
    expect(seen).toEqual(["alice"]);
    expect(remote.verifier.verifySync(token).id).toBe("alice");
  });

  it("escapes a kid, and shortens it", async () => {
    const events = listen();
    const remote = createRemote();
    remote.answer = () =>
      Response.json({
        keys: keysOf(remote.first).map((key) => ({ ...key, kid: `\u001b[2J${"k".repeat(900)}` })),
      });
    await remote.verifier.ready();
    expect(events[0]?.keys[0]?.kid).toMatch(/^\\u001b\[2Jk{190,200}…$/);
  });
});

describe("usher:keys of a shared secret", () => {
  const [oldSecret, newSecret] = ["k3J9sQ2mZ7xW1vB5nC8dF4gH6jL0pR2t", "Zq8Lm2Xc7Vb1Nn6Kj5Hg4Fd3Sa9Pu0Yt"];

  it("reports a file that is replaced, by version, and never of a secret", async () => {
    const events = listen();
    const clock = handClock();
    const folder = await mkdtemp(join(tmpdir(), "usher-keys-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const path = join(folder, "secret");
    const load = async (signal: AbortSignal): Promise<Secret> => {
      const text = await readFile(path, { encoding: "utf8", signal });
      return text.includes(":") ? parseSecretVersions(text) : text;
    };
    const keys = reloadedSecret(load, { refreshEvery: 10, clock });
    const { verifier } = createBench({ keys, clock });
    /** Replaces the file as a deployment does: whole, by a rename. */
    const replace = async (text: string | undefined) => {
      if (text === undefined) return rm(path);
      await writeFile(`${path}.new`, text);
      await rename(`${path}.new`, path);
    };
    const reload = async (text: string | undefined, expected: number) => {
      await replace(text);
      clock.advance(70);
      await verifier.verify("a.b.c").catch(() => undefined);
      await vi.waitFor(() => expect(events).toHaveLength(expected), 5_000);
    };
    await replace(`1:${oldSecret}`);
    await verifier.ready();
    await reload(`2:${newSecret},1:${oldSecret}`, 2);
    await reload(undefined, 3);
    await reload(`2:${newSecret}`, 5);
    await reload(newSecret, 6);
    // The same again changes nothing.
    await reload(newSecret, 6);
    expect(events).toEqual(
      [
        { change: "loaded", keys: [1] },
        { change: "changed", keys: [2, 1], added: [2], removed: [] },
        { change: "failed", keys: [2, 1], reason: expect.stringMatching(/^ENOENT: no such file/) },
        { change: "recovered", keys: [2] },
        { change: "changed", keys: [2], added: [], removed: [1] },
        { change: "changed", keys: [0], added: [0], removed: [2] },
      ].map((event) => ({
        source: "shared secret",
        ...event,
        ...Object.fromEntries(
          (["keys", "added", "removed"] as const).flatMap((name) => {
            const versions = (event as Partial<Record<typeof name, number[]>>)[name];
            const facts = versions?.map((version) => ({
              algorithm: "HS256",
              ...(version > 0 && { version }),
            }));
            return facts === undefined ? [] : [[name, facts]];
          }),
        ),
      })),
    );
    expect(JSON.stringify(events)).not.toMatch(new RegExp(`${oldSecret}|${newSecret}`));
  });

  it("reports once a version that the issuer no longer uses", () => {
    const events = listen();
    const clock = handClock();
    const issuer = createTestIssuer({ secret: newSecret, clock });
    const versions = [newSecret, oldSecret].map((value, index) => ({ version: 2 - index, value }));
    const verifier = createVerifier({
      keys: sharedSecret(versions),
      issuer: issuer.issuer,
      audience: issuer.audience,
      maxTokenAge: 60,
      clock,
    });
    for (let minute = 0; minute < 5; minute++) {
      verifier.verifySync(issuer.tokenFor(`user-${minute}`));
      clock.advance(60);
    }
    const [one, two] = [1, 2].map((version) => ({ algorithm: "HS256", version }));
    expect(events).toEqual([{ source: "shared secret", change: "idle", keys: [two, one], removed: [one] }]);
  });
});
