import { expect, onTestFinished, test, vi } from "vitest";
import { temporaryFolder } from "../support/files/temporary-folder.ts";
import { failToStart } from "../support/processes/fail-to-start.ts";
import { fetchToken, signUp } from "../support/session.ts";
import { startFastApi } from "./start.ts";

const polling = { timeout: 60_000, interval: 100 };

test("stops cleanly, and keeps the tasks for the next start", async () => {
  const DATA_DIR = temporaryFolder();
  const first = await startFastApi({ DATA_DIR });
  const ada = await signUp(first.webUrl);
  const tasks = `${first.apiUrl}/api/${ada.userId}/tasks`;
  const headers = { authorization: `Bearer ${ada.token}`, "content-type": "application/json" };
  const created = await fetch(tasks, { method: "POST", headers, body: JSON.stringify({ title: "Survive" }) });
  expect(created.status).toBe(201);
  expect(await first.stop()).toMatchObject({ code: 0, errors: "" });

  const ports = { WEB_PORT: new URL(first.webUrl).port, API_PORT: new URL(first.apiUrl).port };
  const second = await startFastApi({ DATA_DIR, ...ports });
  onTestFinished(async () => void (await second.stop()));
  const token = await fetchToken(second.webUrl, ada.cookie);
  const listed = await fetch(tasks, { headers: { authorization: `Bearer ${token}` } });
  expect(await listed.json()).toMatchObject({ tasks: [{ title: "Survive" }] });
});

test("ends the API when the launcher is killed", async () => {
  const usher = await startFastApi({ DATA_DIR: temporaryFolder() });
  usher.process.kill("SIGKILL");
  await vi.waitFor(
    () => expect(fetch(`${usher.apiUrl}/health/live`)).rejects.toThrow("fetch failed"),
    polling,
  );
});

test("says in one line that Python is missing", async () => {
  expect(await failToStart({ PATH: temporaryFolder() }, "scripts/demo-fastapi.ts")).toBe(
    "usher | Python 3.10 or later is needed, and there is none: install it with its venv module (Debian: apt-get install python3-venv)",
  );
});

test("says in one line what is wrong with a variable that only the API reads", async () => {
  expect(await failToStart({ DATABASE_URL: "mysql://localhost/tasks" }, "scripts/demo-fastapi.ts")).toMatch(
    /^usher \| api: /,
  );
});
