import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { expect, onTestFinished, test } from "vitest";
import { clientAddressHeader, withClientAddress } from "../../../src/server/auth/client-address.ts";

/** The client address that Better Auth reads for a request with these headers. */
async function addressFor(trustedProxies: string[], headers: HeadersInit): Promise<string> {
  const app = new Hono();
  app.get("/", (context) =>
    context.text(withClientAddress(context, trustedProxies).headers.get(clientAddressHeader) ?? ""),
  );
  const server = createServer(getRequestListener(app.fetch)).listen(0, "127.0.0.1");
  onTestFinished(() => {
    server.close();
  });
  await new Promise((resolve) => server.once("listening", resolve));
  return (await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { headers })).text();
}

test("uses the connection's address and ignores the client's headers", async () => {
  expect(await addressFor([], {})).toBe("127.0.0.1");
  expect(
    await addressFor([], { "x-forwarded-for": "203.0.113.7", [clientAddressHeader]: "203.0.113.7" }),
  ).toBe("127.0.0.1");
});

test("with trusted proxies, adds the connection's address to the chain", async () => {
  expect(await addressFor(["127.0.0.1"], { "x-forwarded-for": "203.0.113.7" })).toBe(
    "203.0.113.7, 127.0.0.1",
  );
  expect(await addressFor(["127.0.0.1"], { [clientAddressHeader]: "203.0.113.7" })).toBe("127.0.0.1");
});
