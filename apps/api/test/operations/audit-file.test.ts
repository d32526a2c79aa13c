import { execFileSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { requireClaim } from "@usher-auth/verify";
import type { AuditEvent } from "@usher-auth/verify/audit";
import { reloadedSecret } from "@usher-auth/verify/keys";
import { createRevocations, memoryRevocationStore } from "@usher-auth/verify/revocation";
import { expect, onTestFinished, test, vi } from "vitest";
import { faultsOf } from "../../../../packages/verify/test/audit/entry-schema.ts";
import { openAuditFile } from "../../src/operations/audit-file.ts";
import { openTestApi } from "../support/api.ts";
import { logoutToken } from "../support/logout-token.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

function auditPath(): string {
  const folder = temporaryFolder();
  onTestFinished(folder.remove);
  return join(folder.path, "audit.log");
}

function entriesOf(path: string): AuditEvent[] {
  const text = readFileSync(path, "utf8");
  expect(text).toMatch(/^(?:[^\n]+\n)*$/);
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as AuditEvent);
}

test("each kind of entry is written when it happens, and fits the schema", async () => {
  const path = auditPath();
  onTestFinished(openAuditFile(path));
  const isSupport = requireClaim((claims) => claims.role === "support", "role support");
  const api = await openTestApi(
    undefined,
    (app) => void app.get("/api/:userId/orders", { config: { owner: { or: [isSupport] } } }, () => ({})),
    (issuer) => reloadedSecret(() => issuer.secret),
  );
  onTestFinished(api.close);
  const { app, issuer } = api;
  const get = (url: string, token: string) =>
    app.inject({ url, headers: { authorization: `Bearer ${token}` } });
  const claims = { sid: "s1", role: "support" };
  const token = issuer.tokenFor("bob", { claims });
  const impersonated = issuer.tokenFor("alice", { claims: { act: { sub: "bob" }, sid: "s2" } });

  expect((await get("/api/alice/orders", token)).statusCode).toBe(200);
  expect((await get("/api/alice/tasks", token)).statusCode).toBe(403);
  expect((await get("/api/alice/tasks", impersonated)).statusCode).toBe(200);
  expect((await api.logout(logoutToken(issuer, { sid: "s1", sub: "bob" }))).statusCode).toBe(200);
  expect((await get("/api/bob/tasks", token)).statusCode).toBe(401);
  expect((await api.logout(token)).statusCode).toBe(400);

  const entries = entriesOf(path);
  expect(entries.map(({ event, outcome, subject, code }) => [event, outcome, subject, code])).toEqual([
    ["keys.changed", "success", undefined, undefined],
    ["request.exception", "success", "bob", undefined],
    ["request.refused", "failure", "bob", "owner_mismatch"],
    ["request.impersonated", "success", "alice", undefined],
    ["revocation.made", "success", undefined, undefined],
    ["logout.received", "success", "bob", undefined],
    ["request.refused", "failure", undefined, "token_revoked"],
    ["logout.received", "failure", undefined, "token_unsupported"],
  ]);
  expect(entries[1]).toMatchObject({
    exceptions: [{ param: "userId", value: "alice", policies: ["role support"] }],
  });
  expect(entries[3]).toMatchObject({ actor: "bob", method: "GET", route: "/api/:userId/tasks" });
  expect(entries[4]).toMatchObject({
    revocation: { kind: "session", id: "s1", by: issuer.issuer, origin: "here" },
  });
  for (const entry of entries) expect(faultsOf(entry)).toEqual([]);
  const text = readFileSync(path, "utf8");
  for (const secret of [issuer.secret, token, impersonated, ...token.split(".")])
    expect(text).not.toContain(secret);
});

test("a file is appended to, and only this user may read it, also one that others could", () => {
  const path = auditPath();
  openAuditFile(path)();
  expect(statSync(path).mode & 0o777).toBe(0o600);
  writeFileSync(path, "earlier\n");
  chmodSync(path, 0o644);
  openAuditFile(path)();
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readFileSync(path, "utf8")).toBe("earlier\n");
});

test("a path that cannot be a file is a reason not to start", () => {
  const path = auditPath();
  expect(() => openAuditFile(join(path, "missing", "audit.log"))).toThrow(
    /cannot write the audit log .*ENOENT.*AUDIT_LOG/,
  );
  mkdirSync(path);
  expect(() => openAuditFile(path)).toThrow("it is not a file");
  execFileSync("mkfifo", [`${path}.pipe`]);
  expect(() => openAuditFile(`${path}.pipe`)).toThrow("it is not a file");
});

/** Makes an entry. */
async function revoke(id: string): Promise<void> {
  const revocations = createRevocations({ store: memoryRevocationStore(), maxTokenAge: 900 });
  await revocations.revoke({ kind: "session", id, before: Date.now() / 1000 });
  await revocations.close();
}

const idsOf = (path: string) => entriesOf(path).map(({ sessionId }) => sessionId);

test("a file that is renamed or deleted is followed by another one", async () => {
  const path = auditPath();
  onTestFinished(openAuditFile(path));
  await revoke("s1");
  renameSync(path, `${path}.1`);
  await revoke("s2");
  await revoke("s3");
  expect(idsOf(`${path}.1`)).toEqual(["s1"]);
  expect(idsOf(path)).toEqual(["s2", "s3"]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  rmSync(path);
  await revoke("s4");
  expect(idsOf(path)).toEqual(["s4"]);
});

test("entries go to the old file while there cannot be another one, and a warning says so", async () => {
  const warn = vi.spyOn(process, "emitWarning").mockReturnValue(undefined);
  onTestFinished(() => warn.mockRestore());
  const path = auditPath();
  onTestFinished(openAuditFile(path));
  renameSync(path, `${path}.1`);
  mkdirSync(path);
  await revoke("s1");
  expect(idsOf(`${path}.1`)).toEqual(["s1"]);
  expect(warn.mock.calls[0]?.[0]).toContain("it is not a file");
  rmdirSync(path);
  await revoke("s2");
  expect(idsOf(path)).toEqual(["s2"]);
});

test("a line that an earlier process could not end is not continued", async () => {
  const path = auditPath();
  writeFileSync(path, '{"time":"2026');
  onTestFinished(openAuditFile(path));
  await revoke("s1");
  const [cut, line, ...others] = readFileSync(path, "utf8").split("\n");
  expect(cut).toBe('{"time":"2026');
  expect(JSON.parse(line ?? "")).toMatchObject({ sessionId: "s1" });
  expect(others).toEqual([""]);
});

test("what happens after its end is not written", async () => {
  const path = auditPath();
  openAuditFile(path)();
  await revoke("s1");
  expect(entriesOf(path)).toEqual([]);
});
