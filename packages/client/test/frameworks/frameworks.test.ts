import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { createTestIssuer } from "@usher-auth/testing";
import { createVerifier, sharedSecret } from "@usher-auth/verify";
import { usher } from "@usher-auth/verify/hono";
import { H3 } from "h3";
import { toNodeHandler } from "h3/node";
import { createApp, createRouter, defineEventHandler, toNodeListener, toWebRequest } from "h3-v1";
import { Hono } from "hono";
import { expect, onTestFinished, test } from "vitest";
import { type ApiProxy, apiProxy, type ServerApi, serverApi } from "../../src/server.ts";

const issuer = createTestIssuer();
const users = ["anna", "bert"] as const;

/** Anna's and Bert's sessions are cookies with their names. */
const getToken = ({ headers }: { headers: Headers }) => {
  const user = headers.get("cookie");
  return user && issuer.tokenFor(user);
};
const pageOf = async (api: ServerApi, headers: Headers) =>
  (await api.for(() => getToken({ headers }))("/tasks")).text();

/** A site with a page that its server renders, and with the proxy, as the guides show them. */
const sites: Record<string, (api: ServerApi, proxy: ApiProxy) => RequestListener> = {
  Hono: (api, proxy) => {
    const app = new Hono();
    app.get("/", async (c) => c.text(await pageOf(api, c.req.raw.headers)));
    app.all("/backend/*", (c) => proxy(c.req.raw));
    return getRequestListener(app.fetch);
  },
  "h3 2": (api, proxy) => {
    const app = new H3();
    app.get("/", (event) => pageOf(api, event.req.headers));
    app.all("/backend/**", (event) => proxy(event.req));
    return toNodeHandler(app);
  },
  "h3 1, Nuxt and Nitro 2": (api, proxy) => {
    const router = createRouter();
    router.get(
      "/",
      defineEventHandler((event) => pageOf(api, event.headers)),
    );
    router.use(
      "/backend/**",
      defineEventHandler((event) => proxy(toWebRequest(event))),
    );
    return toNodeListener(createApp().use(router));
  },
};

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The API answers with the user, and with what was sent. */
function startApi(): Promise<string> {
  const verifier = createVerifier({
    keys: sharedSecret(issuer.secret),
    issuer: issuer.issuer,
    audience: issuer.audience,
  });
  const api = usher(new Hono(), { verifier, ownerParam: null });
  api.get("/tasks", (c) => c.text(`tasks of ${c.var.principal.id}`));
  api.post("/tasks", async (c) => c.text(`${c.var.principal.id} sent ${(await c.req.text()).length}`, 201));
  api.get("/events", (c) => c.body("data: 1\n\n", 200, { "content-type": "text/event-stream" }));
  return listen(getRequestListener(api.fetch));
}

test.each(Object.entries(sites))(
  "%s: pages and the proxy answer each user with their own data",
  async (_, create) => {
    const baseURL = await startApi();
    const site = await listen(create(serverApi({ baseURL }), apiProxy({ getToken, baseURL })));
    const send = (user: string, path: string, init: RequestInit = {}) =>
      fetch(`${site}${path}`, {
        ...init,
        headers: { cookie: user, origin: site, "sec-fetch-site": "same-origin", ...init.headers },
      });

    const requests = Array.from({ length: 40 }, async (_, index) => {
      const user = users[index % 2] as string;
      const response = await send(user, index % 4 < 2 ? "/" : "/backend/tasks");
      expect(await response.text()).toBe(`tasks of ${user}`);
    });
    await Promise.all(requests);

    const body = "x".repeat(300_000);
    const created = await send("anna", "/backend/tasks", { method: "POST", body });
    expect([created.status, await created.text()]).toEqual([201, "anna sent 300000"]);
    const events = await send("bert", "/backend/events");
    expect([events.headers.get("content-type"), await events.text()]).toEqual([
      "text/event-stream",
      "data: 1\n\n",
    ]);

    const headers = { "sec-fetch-site": "cross-site", origin: "https://other.example" };
    expect((await send("anna", "/backend/tasks", { method: "POST", body, headers })).status).toBe(403);
    expect((await send("", "/backend/tasks")).status).toBe(401);
  },
);
