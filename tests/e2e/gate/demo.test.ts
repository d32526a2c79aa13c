import { expect, onTestFinished, test, vi } from "vitest";
import { type BackendName, backendNames } from "../../../scripts/launch/gate-backend.ts";
import { temporaryFolder } from "../support/files/temporary-folder.ts";
import { failToStart } from "../support/processes/fail-to-start.ts";
import { fetchToken, requestTasks, signOut, signUp } from "../support/session.ts";
import { folderWith, missingFor, startDemo } from "./start.ts";

const polling = { timeout: 60_000, interval: 100 };
const script = "scripts/demo-gate.ts";

test.for(backendNames)("%s: guards a backend that is open to this machine", async (name, { skip }) => {
  const demo = await startOrSkip(name, skip);
  const [ada, grace] = [await signUp(demo.webUrl), await signUp(demo.webUrl, "Grace Hopper")];
  const send = async (token: string | undefined, path: string, init: RequestInit = {}) => {
    const authorization: Record<string, string> =
      token === undefined ? {} : { authorization: `Bearer ${token}` };
    const headers = { "content-type": "application/json", ...authorization };
    const response = await fetch(`${demo.apiUrl}${path}`, { ...init, headers });
    const text = await response.text();
    return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
  };
  const tasks = `/api/${ada.userId}/tasks`;
  const body = JSON.stringify({ title: "Write the first program" });

  const created = await send(ada.token, tasks, { method: "POST", body });
  expect(created).toMatchObject({
    status: 201,
    body: { title: "Write the first program", completed: false },
  });
  expect(await send(ada.token, tasks)).toMatchObject({ status: 200, body: { tasks: [created.body] } });
  expect(await send(grace.token, tasks)).toMatchObject({ status: 403, body: { code: "owner_mismatch" } });
  expect(await send(undefined, tasks)).toMatchObject({ status: 401, body: { code: "credentials_missing" } });
  // Not in the document.
  expect((await send(undefined, "/docs")).status).toBe(401);
  expect(await send(ada.token, "/docs")).toMatchObject({ status: 404, body: { code: "not_found" } });
  expect((await send(undefined, "/health/ready")).status).toBe(200);
  // The backend's own errors pass unchanged.
  const wrong = await send(ada.token, tasks, { method: "POST", body: "{}" });
  expect(wrong).toMatchObject({ status: 422, body: { type: "about:blank", code: "unprocessable_content" } });

  // Without the gate, the same backend answers anyone: what is refused above is refused by the gate.
  const open = await fetch(`${demo.backendUrl}${tasks}`);
  expect(await open.json()).toMatchObject({ tasks: [created.body] });

  expect((await signOut(demo.webUrl, ada.cookie)).status).toBe(200);
  await expect.poll(() => requestTasks(demo.apiUrl, ada.token), polling).toBe("token_revoked");
  expect(await requestTasks(demo.apiUrl, grace.token)).toBe(200);

  const { code, errors, output } = await demo.stop();
  expect({ code, errors }).toEqual({ code: 0, errors: "" });
  expect(output).toContain(`user ${name === "go" ? `"${ada.userId}"` : `'${ada.userId}'`} created task`);
  expect(output).not.toContain("eyJ");
  // As in docs/guide/any-backend.md.
  const refusal = output.split("\n").find((line) => line.includes('"code":"owner_mismatch"')) ?? "";
  expect(JSON.parse(refusal.replace("api   | ", ""))).toMatchObject({
    level: "info",
    method: "GET",
    status: 403,
    route: "GET /api/{user_id}/tasks",
    hint: expect.any(String),
    msg: "a request was refused",
  });
});

test.for(backendNames)("%s: keeps the tasks for the next start", async (name, { skip }) => {
  const DATA_DIR = temporaryFolder();
  const first = await startOrSkip(name, skip, { DATA_DIR });
  const ada = await signUp(first.webUrl);
  const tasks = `${first.apiUrl}/api/${ada.userId}/tasks`;
  const headers = { authorization: `Bearer ${ada.token}`, "content-type": "application/json" };
  const created = await fetch(tasks, { method: "POST", headers, body: JSON.stringify({ title: "Survive" }) });
  expect(created.status).toBe(201);
  await first.stop();

  const ports = { WEB_PORT: new URL(first.webUrl).port, API_PORT: new URL(first.apiUrl).port };
  const second = await startOrSkip(name, skip, { DATA_DIR, ...ports });
  const token = await fetchToken(second.webUrl, ada.cookie);
  const listed = await fetch(tasks, { headers: { authorization: `Bearer ${token}` } });
  expect(await listed.json()).toMatchObject({ tasks: [{ title: "Survive" }] });
});

test.for([
  ["backend", "gate-program.ts"],
  ["gate", "packages/cli/src/main.ts"],
  ["web app", "apps/web/src/server/main.ts"],
])("ends, and says why, when its %s ends", async ([, entry = ""], { skip }) => {
  const demo = await startOrSkip("go", skip);
  const { pid } = demo.descendants().find(({ command }) => command.includes(entry)) ?? {};
  process.kill(pid ?? 0, "SIGTERM");
  const { code, errors } = await demo.ended;
  expect(code).toBe(1);
  expect(errors).toMatch(/^usher \| the (?:backend|api|web) process ended \(exit code 0\)\n$/);
  await expectDown([demo.webUrl, demo.apiUrl, demo.backendUrl]);
});

test("ends the backend and the gate when the launcher is killed", async ({ skip }) => {
  const demo = await startOrSkip("go", skip);
  demo.process.kill("SIGKILL");
  await expectDown([demo.webUrl, demo.apiUrl, demo.backendUrl]);
});

test("runs the backend in Go where there is no Python", async ({ skip }) => {
  const missing = await missingFor("go");
  if (missing !== undefined) skip(missing);
  const demo = await startDemo(undefined, { PATH: folderWith("go") });
  onTestFinished(async () => void (await demo.stop()));
  expect(demo.output()).toContain("no backend in FastAPI (Python 3.10 or later is needed, and there is none");
  expect(demo.output()).toMatch(/Backend +http:\S+ +Go, /);
});

test("says in one line that neither Python nor Go is available", async () => {
  expect(await failToStart({ PATH: temporaryFolder() }, script)).toMatch(
    /^usher \| no backend can run\. FastAPI: Python 3\.10 or later is needed, .*\. Go: Go 1\.22 or later is needed, and there is none: install it \(https:\/\/go\.dev\/dl\)$/,
  );
});

test("says which backends there are", async () => {
  expect(await failToStart({}, script, ["--backend", "rust"])).toBe(
    "--backend is one of: fastapi, go. See: npm run demo:gate -- --help",
  );
});

/** Starts the demo, which is stopped at the end of the test. */
async function startOrSkip(
  name: BackendName,
  skip: (reason: string) => void,
  environment: Record<string, string> = {},
) {
  const missing = await missingFor(name);
  if (missing !== undefined) skip(missing);
  const demo = await startDemo(name, environment);
  onTestFinished(async () => void (await demo.stop()));
  return demo;
}

async function expectDown(urls: readonly string[]): Promise<void> {
  for (const url of urls) await vi.waitFor(() => expect(fetch(url)).rejects.toThrow("fetch failed"), polling);
}
