import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createTestIssuer } from "@usher-auth/testing";
import { afterAll, describe } from "vitest";
import { audience, secret, startIssuer, usherJwtFor } from "./support/better-auth.ts";
import { type Ask, type Migration, packageOf, tryGuide } from "./support/migration.ts";
import { get } from "./support/requests.ts";
import { startApi } from "./support/start-api.ts";

/** How the guide is tried, with Better Auth's database in a folder that its programs share. */
async function moveFromSessions(folder: string, isSeparate: boolean): Promise<Migration> {
  const file = join(folder, "auth.sqlite");
  const issuer = await startIssuer(usherJwtFor("HS256"), file);
  const [ada, grace] = [await issuer.signUp("ada"), await issuer.signUp("grace")];
  const token = await issuer.tokenOf(ada, usherJwtFor("HS256"));
  const { tokenFor } = createTestIssuer({ secret, issuer: issuer.url, audience });
  const all = ["before", "step 1", "step 2", "after"];
  const session = "/api/auth/get-session";
  const own = `/api/${ada.id}/tasks`;
  const withCookie =
    (path: string, cookie = ada.cookie): Ask =>
    (api) =>
      fetch(api + path, { headers: { cookie } });
  /** What a client of the stage sends. */
  const asAda =
    (path: string): Ask =>
    (api, stage) =>
      (stage === "after" ? get(path, token) : withCookie(path))(api, stage);
  const post: Ask = async (api, stage) => {
    const headers: Record<string, string> =
      stage === "after" ? { authorization: `Bearer ${token}` } : { cookie: ada.cookie };
    const body = JSON.stringify({ title: "write" });
    const response = await fetch(`${api}/api/${ada.id}/new`, {
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body,
    });
    const answer = await response.text();
    return answer === body ? Response.json({}) : new Response(answer, { status: 500 });
  };
  return {
    guide: "coming-from-get-session.md",
    former: packageOf("better-auth"),
    settings: { BETTER_AUTH_SECRET: secret, BETTER_AUTH_URL: issuer.url, API_URL: audience },
    start: (code, settings) => startApi(code, settings, folder),
    auditTokens: async (stage) => {
      if (stage === "before") return undefined;
      const b = await issuer.tokenOf(grace, usherJwtFor("HS256"));
      return { a: token, b, expired: tokenFor(ada.id, { expired: true }) };
    },
    newRoute: [
      /^serve\(/m,
      `app.get("/api/:userId/new", (c) => c.json(c.req.param()));
      app.post("/api/:userId/new", async (c) => c.json(await c.req.json()));`,
    ],
    guardedFrom: "step 2",
    ...(isSeparate && { edit: onItsOwn }),
    valid: [
      ...(isSeparate ? [] : [{ name: "the session at `/api/auth`", stages: all, ask: withCookie(session) }]),
      {
        name: "own tasks, the session's cookie",
        stages: ["before", "step 1", "step 2"],
        ask: withCookie(own),
      },
      { name: "a POST with a body", stages: all, ask: post },
      { name: "own tasks, a token", stages: ["step 2", "after"], ask: get(own, token) },
    ],
    bad: [
      { name: "neither cookie nor token", ask: get(own) },
      { name: "a changed cookie", ask: withCookie(own, ada.cookie.replace("=", "=x")) },
      { name: "another user's tasks", ask: asAda(`/api/${grace.id}/tasks`) },
      { name: "no token, a new route without a check", ask: get(`/api/${ada.id}/new`) },
    ],
    measured: [
      {
        name: "own tasks, a moment after the sign-out",
        ask: async (api, stage) => {
          const lin = await issuer.signUp(`lin-${stage}`);
          const path = `/api/${lin.id}/tasks`;
          const ask =
            stage === "after"
              ? get(path, await issuer.tokenOf(lin, usherJwtFor("HS256")))
              : withCookie(path, lin.cookie);
          const before = await ask(api, stage);
          if (!before.ok) throw new Error(`${before.status} before the sign-out`);
          await issuer.signOut(lin);
          return await ask(api, stage);
        },
      },
      {
        name: "own tasks, Better Auth's database fails",
        ask: async (api, stage) => {
          const database = new DatabaseSync(file);
          database.exec("ALTER TABLE session RENAME TO gone");
          try {
            return await asAda(own)(api, stage);
          } finally {
            database.exec("ALTER TABLE gone RENAME TO session");
            database.close();
          }
        },
      },
    ],
  };
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  folders.push(mkdtempSync(join(tmpdir(), "get-session-")));
  return folders.at(-1) as string;
}

/** The program of an API that does not serve Better Auth, and does not know it once nothing asks it. */
function onItsOwn(code: string): string {
  const apart = code.replace(/^.*auth\.handler.*\n/m, "");
  return apart.includes("auth.api") ? apart : apart.replace(/^const auth = .*?^\}\);\n/ms, "");
}

describe("on the same server as Better Auth", () => tryGuide(() => moveFromSessions(newFolder(), false)));
describe("on a separate server", () => tryGuide(() => moveFromSessions(newFolder(), true), false));
