import { readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AuditEvent } from "@usher-auth/verify/audit";
import { expect, onTestFinished, test, vi } from "vitest";
import { faultsOf } from "../../packages/verify/test/audit/entry-schema.ts";
import { startUsher } from "./support/processes/launcher.ts";
import { requestTasks, signOut, signUp } from "./support/session.ts";

test("the demo's audit log has the keys that it loaded, who was refused, and who ended a session", async () => {
  const path = join(tmpdir(), `usher-audit-${process.pid}.log`);
  onTestFinished(() => rmSync(path, { force: true }));
  const usher = await startUsher({ USHER_KEYS: "jwks", AUDIT_LOG: path });
  onTestFinished(async () => void (await usher.stop()));
  const entries = () =>
    readFileSync(path, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as AuditEvent);

  const [ada, bob] = [await signUp(usher.webUrl), await signUp(usher.webUrl, "Bob")];
  const sessionId = JSON.parse(Buffer.from(ada.token.split(".")[1] ?? "", "base64url").toString()).sid;
  expect(await requestTasks(usher.apiUrl, ada.token)).toBe(200);
  const foreign = await fetch(`${usher.apiUrl}/api/${bob.userId}/tasks`, {
    headers: { authorization: `Bearer ${ada.token}` },
  });
  expect(foreign.status).toBe(403);
  expect((await signOut(usher.webUrl, ada.cookie)).status).toBe(200);
  await vi.waitFor(() => expect(entries().map(({ event }) => event)).toContain("logout.received"), 20_000);
  expect(await requestTasks(usher.apiUrl, ada.token)).toBe("token_revoked");

  expect(entries()).toMatchObject([
    {
      event: "keys.changed",
      outcome: "success",
      keys: { source: `${usher.webUrl}/api/auth/jwks`, change: "loaded" },
    },
    {
      event: "request.refused",
      code: "owner_mismatch",
      subject: ada.userId,
      sessionId,
      adapter: "fastify",
      method: "GET",
      route: "/api/:userId/tasks",
    },
    {
      event: "revocation.made",
      sessionId,
      revocation: { kind: "session", id: sessionId, by: usher.webUrl, origin: "here" },
    },
    { event: "logout.received", outcome: "success", subject: ada.userId, sessionId },
    { event: "request.refused", code: "token_revoked" },
  ]);
  expect(entries().flatMap(faultsOf)).toEqual([]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const text = readFileSync(path, "utf8");
  for (const part of [...ada.token.split("."), ...bob.token.split("."), ada.email])
    expect(text).not.toContain(part);
});
