import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestIssuer } from "@usher-auth/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { logoutToken } from "../../../apps/api/test/support/logout-token.ts";
import { killLeftovers } from "../../../apps/api/test/support/process.ts";
import { faultsOf } from "../../../packages/verify/test/audit/entry-schema.ts";
import { sendBytes } from "../../../packages/verify/test/contract/raw-request.ts";
import { type RunningApi, startApi } from "./api-process.ts";
import { apiCases } from "./cases/api.ts";
import type { Ingredients } from "./cases/case.ts";
import { hostileTable } from "./cases/table.ts";

/** The lines to make, at least. */
const lines = 10_000;

const issuer = createTestIssuer();
const stranger = createTestIssuer();
const ingredients: Ingredients = {
  issuer,
  token: issuer.tokenFor("alice", { expiresIn: 3600 }),
  otherToken: issuer.tokenFor("bob", { expiresIn: 3600 }),
  publicPath: "/health/live",
};

describe("the audit log of the real API", () => {
  const folder = mkdtempSync(join(tmpdir(), "usher-audit-"));
  const path = join(folder, "audit.log");
  let api: RunningApi;
  beforeAll(async () => {
    api = await startApi(issuer, { AUDIT_LOG: path });
  }, 180_000);
  afterAll(async () => {
    await api?.stop();
    killLeftovers();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  const written = () => readFileSync(path, "utf8").split("\n").length - 1;
  /** What was sent, and must not be found again: whole tokens, and each part of one. */
  const sent = new Set<string>();
  const note = (token: string): string => {
    for (const part of token.split(".")) if (part.length >= 10) sent.add(part);
    return token;
  };

  /** Requests of ordinary clients, of broken ones and of attackers. */
  const mixed: readonly ((number: number) => Promise<Response>)[] = [
    (number) => ask("alice", issuer.tokenFor(`user-${number}`)),
    () => ask("alice", stranger.tokenFor("alice")),
    () => ask("alice", issuer.tokenFor("alice", { expiresIn: -600 })),
    (number) => ask(`${number}`, issuer.tokenFor(`${number}`, { claims: { act: { sub: "admin-1" } } })),
    (number) => ask("alice", issuer.tokenFor(`a\n\u001b[2J${ingredients.token}${number}`)),
    () => ask("alice", issuer.tokenFor("alice", { claims: { aud: `https://${ingredients.otherToken}` } })),
    () => ask("alice", issuer.tokenFor("alice", { claims: { iss: `x\u202e${ingredients.otherToken}` } })),
    (number) =>
      fetch(
        `${api.origin}/api/${ingredients.token}/tasks?access_token=${ingredients.otherToken}&n=${number}`,
      ),
    (number) => fetch(`${api.origin}/%1b%5b2J/${number}/${ingredients.token}`),
    () =>
      fetch(`${api.origin}/api/alice/tasks`, {
        headers: { authorization: `Basic ${btoa("root:hunter2hunter2")}` },
      }),
    () =>
      fetch(`${api.origin}/api/alice/tasks`, { headers: { authorization: "Bearer hunter2hunter2hunter2" } }),
    () => fetch(`${api.origin}/api/alice/tasks`, { headers: { "x-request-id": ingredients.token } }),
    (number) => signOut(logoutToken(issuer, { sid: `s${number}`, sub: "alice" })),
    () => signOut(issuer.tokenFor("alice")),
    () => signOut("not.a.token"),
  ];

  function ask(user: string, token: string): Promise<Response> {
    return fetch(`${api.origin}/api/${user}/tasks`, { headers: { authorization: `Bearer ${note(token)}` } });
  }

  function signOut(token: string): Promise<Response> {
    return fetch(`${api.origin}/backchannel-logout`, {
      method: "POST",
      body: new URLSearchParams({ logout_token: note(token) }),
    });
  }

  it(`is whole, fits the schema, and has no token or secret in ${lines} lines`, {
    timeout: 180_000,
  }, async () => {
    note(ingredients.token);
    note(ingredients.otherToken);
    for (const { request } of [...hostileTable(ingredients), ...apiCases(ingredients)])
      await sendBytes(api.origin, request);
    for (let number = 0; written() < lines; number += 150) {
      const asked = Array.from({ length: 150 }, (_, index) => mixed[index % mixed.length]?.(number + index));
      for (const answer of await Promise.all(asked)) await answer?.arrayBuffer();
    }

    const text = readFileSync(path, "utf8");
    const entries = text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(entries.length).toBeGreaterThanOrEqual(lines);
    const counts = Object.groupBy(entries, ({ event }) => event as string);
    expect(Object.keys(counts).sort()).toEqual([
      "logout.received",
      "request.impersonated",
      "request.refused",
      "revocation.made",
    ]);
    expect(entries.filter((entry) => faultsOf(entry).length > 0)).toEqual([]);
    // Every part of every token that was sent, the parts of any other, the secret, and passwords.
    const parts = text.match(/[\w-]{10,}/g) ?? [];
    expect(parts.filter((part) => sent.has(part))).toEqual([]);
    expect(text).not.toMatch(/eyJ[\w-]{6,}|hunter2|cm9vdDpo/);
    expect(text).not.toContain(issuer.secret);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must be absent.
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    expect(api.log()).not.toContain("USHER_LISTENER_FAILED");
    expect(api.isRunning()).toBe(true);
  });
});
