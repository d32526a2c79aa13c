import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { freePort } from "./support/network/free-port.ts";
import { copyPreparedDatabase } from "./support/postgres/prepared-database.ts";
import { startProcess } from "./support/processes/service.ts";
import { fetchToken, requestTasks, signOut, signUp } from "./support/session.ts";

const polling = { timeout: 60_000, interval: 100 };

test("delivers a sign-out to an API that was down, and keeps the revocation after a restart", async () => {
  const folder = mkdtempSync(join(tmpdir(), "usher-sign-out-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  await copyPreparedDatabase(join(folder, "api"));
  // A placeholder: the page is not tested here.
  writeFileSync(join(folder, "index.html"), "<!doctype html><title>The page</title>");
  const [WEB_PORT, API_PORT] = [String(await freePort()), String(await freePort())];
  const [webUrl, apiUrl] = [`http://localhost:${WEB_PORT}`, `http://localhost:${API_PORT}`];
  const environment = {
    WEB_PORT,
    API_PORT,
    BETTER_AUTH_URL: webUrl,
    API_URL: apiUrl,
    BETTER_AUTH_SECRET: "a-test-secret-with-a-good-deal-of-variety-7Qx2!",
    DATA_DIR: folder,
    PAGE_DIR: folder,
  };
  const [api, web] = [await startProcess("api", environment), await startProcess("web", environment)];
  const [ada, grace] = [await signUp(webUrl), await signUp(webUrl, "Grace Hopper")];
  expect(await requestTasks(apiUrl, ada.token)).toBe(200);

  await api.kill();
  expect((await signOut(webUrl, ada.cookie)).status).toBe(200);
  await expect.poll(web.output, polling).toContain("did not accept a logout token");

  const second = await startProcess("api", environment);
  await expect.poll(() => requestTasks(apiUrl, ada.token), polling).toBe("token_revoked");
  expect(await requestTasks(apiUrl, grace.token)).toBe(200);

  await second.kill();
  await startProcess("api", environment);
  expect(await requestTasks(apiUrl, ada.token)).toBe("token_revoked");
  expect(await requestTasks(apiUrl, await fetchToken(webUrl, grace.cookie))).toBe(200);
  expect(web.output()).not.toContain("eyJ");
});
