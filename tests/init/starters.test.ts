import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type Packed, packed } from "../e2e/packages/packed.ts";
import { freePort } from "../e2e/support/network/free-port.ts";
import { emptyFolder, NewUser } from "./support/new-user.ts";

/** Seconds of commands, as the documentation promises. */
const limit = 300;

let parent: string;
let packages: Packed[];

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), "usher init ")); // with a space
  packages = await packed(join(parent, "usher-packages"));
});
afterAll(() => rm(parent, { recursive: true, force: true, maxRetries: 5 }));

describe.each(["fastify", "express", "hono", "nestjs", "next"])("an empty folder and %s", (framework) => {
  it("become an API that the audit passes, in less than five minutes of commands", async () => {
    const authPort = await freePort();
    // Next.js serves both at one address.
    const apiPort = framework === "next" ? authPort : await freePort();
    const [authUrl, apiUrl] = [`http://localhost:${authPort}`, `http://localhost:${apiPort}`];
    // The ports in .env may be taken. What the shell has wins.
    const user = new NewUser(await emptyFolder(parent, framework), {
      AUTH_PORT: String(authPort),
      API_PORT: String(apiPort),
      BETTER_AUTH_URL: authUrl,
      API_URL: apiUrl,
      USHER_PASSWORD: "correct horse battery",
      NEXT_TELEMETRY_DISABLED: "1",
    });

    onTestFinished(() => console.log(`${framework}\n${user.times()}`));

    const tarballs = packages.map(({ file }) => `../usher-packages/${file}`);
    await user.run(`npm install --no-audit --no-fund ${tarballs.join(" ")}`);
    const created = await user.run(`npx usher-auth init --framework ${framework} --yes`);
    expect(created.stdout).toContain("npm run dev");
    expect((await stat(join(user.folder, ".env"))).mode & 0o777).toBe(0o600);
    const before = await contents(user.folder);
    const again = await user.run(`npx usher-auth init --framework ${framework} --yes --json`);
    expect(JSON.parse(again.stdout)).toMatchObject({ changes: [], manual: [] });
    expect(await contents(user.folder)).toEqual(before);
    await user.run("npm install --no-audit --no-fund");

    const port = framework === "next" ? ` -- --port ${authPort}` : "";
    await user.start(`npm run dev${port}`, [`${authUrl}/api/auth/ok`, `${apiUrl}/health`]);
    const token = (await user.run("npx usher-auth token --email ada@example.com --sign-up")).stdout.trim();
    await callApi(`${apiUrl}/api`, token);
    await user.run(`npx usher-auth audit openapi.json --server ${apiUrl} --test-users --writes`);

    await user.run("npm test");
    await user.run("npm run typecheck");
    expect(user.seconds()).toBeLessThan(limit);
  });
});

/** Calls the API as its user, as nobody, and on another user's path. */
async function callApi(api: string, token: string): Promise<void> {
  const call = (path: string, init: RequestInit = {}, authorization = `Bearer ${token}`) =>
    fetch(`${api}/${path}`, {
      ...init,
      headers: { ...(authorization && { authorization }), "content-type": "application/json" },
    });
  const { id } = (await (await call("me")).json()) as { id: string };
  const added = await call(`${id}/tasks`, { method: "POST", body: '{"title":"Read the code"}' });
  expect(added.status).toBe(201);
  const list = await call(`${id}/tasks`);
  expect([list.status, await list.json()]).toEqual([200, { tasks: [await added.json()] }]);
  expect((await call(`${id}/tasks`, { method: "POST", body: "{}" })).status).toBe(400);
  expect((await call(`${id}/tasks/none`)).status).toBe(404);
  expect((await call(`${id}/tasks`, {}, "")).status).toBe(401);
  expect((await call("another-user/tasks")).status).toBe(403);
}

/** The files of a folder, without what npm installs. */
async function contents(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((file) => !file.includes("node_modules"));
  return Object.fromEntries(
    await Promise.all(files.map(async (file) => [file, await readFile(file, "utf8")])),
  );
}
