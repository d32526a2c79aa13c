import { expect, test } from "vitest";
import { runningWeb, temporaryFolder } from "../web.ts";

test("in development, Vite serves the page's sources and its WebSocket on the same port", async () => {
  const { url } = await runningWeb({ USHER_DEV: "1", PAGE_DIR: temporaryFolder() });

  const page = await fetch(url, { headers: { accept: "text/html" } });
  expect(page.status).toBe(200);
  expect(await page.text()).toContain("/@vite/client");
  expect(page.headers.has("content-security-policy")).toBe(false);

  const client = await (await fetch(`${url}/@vite/client`)).text();
  const token = /const wsToken = "([^"]+)"/.exec(client)?.[1] ?? "";
  const socket = new WebSocket(`${url.replace("http", "ws")}/?token=${token}`, "vite-hmr");
  const hello = await new Promise((resolve, reject) => {
    socket.onmessage = ({ data }) => resolve(JSON.parse(String(data)));
    socket.onerror = () => reject(new Error("no socket"));
  });
  socket.close();
  expect(hello).toEqual({ type: "connected" });

  const live = await fetch(`${url}/health/live`);
  expect([live.status, live.headers.has("content-security-policy")]).toEqual([200, true]);
  const unknown = await fetch(`${url}/api/nothing`);
  expect([unknown.status, unknown.headers.get("content-type")]).toEqual([404, "application/problem+json"]);
  expect((await fetch(`${url}/api/auth/get-session`)).status).toBe(200);
});
