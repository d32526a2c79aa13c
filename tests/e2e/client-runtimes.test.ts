import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { stripTypeScriptTypes } from "node:module";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "./support/browser/launch-browser.ts";

const sources = fileURLToPath(new URL("../../packages/client/src", import.meta.url));

/** Creates a client as an application does, without `singleUser`, and returns the result of a call. */
const program = `
  import { createApiClient } from "/client/index.ts";
  const api = createApiClient({ baseURL: location.origin + "/api", getToken: async () => "of-ada" });
  export const call = () =>
    api("tasks").then((response) => response.text(), (error) => error.name + ": " + error.code);
`;

const pages: Readonly<Record<string, string>> = {
  "/": "<!doctype html><title>runtimes</title>",
  "/program.js": program,
  "/worker.js": `import { call } from "/program.js"; postMessage(await call());`,
  "/service-worker.js": `
    import { call } from "/program.js";
    addEventListener("message", (event) => {
      event.waitUntil(call().then((text) => event.ports[0].postMessage(text)));
    });
  `,
};

const server = createServer((request, response) => {
  const path = request.url ?? "";
  if (path === "/api/tasks") {
    response.end(`sent ${request.headers.authorization}`);
    return;
  }
  const source = /^\/client\/((?:[a-z-]+\/)?[a-z-]+\.ts)$/.exec(path)?.[1];
  const text =
    source === undefined
      ? pages[path]
      : stripTypeScriptTypes(readFileSync(`${sources}/${source}`, "utf8"), { mode: "strip" });
  response.writeHead(text === undefined ? 404 : 200, {
    "content-type": path === "/" ? "text/html" : "text/javascript",
  });
  response.end(text);
});

let page: Page;
let end = async (): Promise<void> => {};

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const browser = await launchBrowser();
  end = () => browser.close();
  page = await browser.newPage();
  await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
});

afterAll(async () => {
  await end();
  server.close();
});

/** Scripts as text, because they run in the page. */
const runtimes = {
  "a page": `import("/program.js").then(({ call }) => call())`,
  "a web worker": `new Promise((resolve, reject) => {
    const worker = new Worker("/worker.js", { type: "module" });
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
  })`,
  "a service worker": `navigator.serviceWorker.register("/service-worker.js", { type: "module" })
    .then(() => navigator.serviceWorker.ready)
    .then(({ active }) => new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => resolve(data);
      active.postMessage("call", [port2]);
    }))`,
};

test.each(Object.entries(runtimes))("%s of a browser needs no singleUser option", async (_name, script) => {
  expect(await page.evaluate(script)).toBe("sent Bearer of-ada");
});
