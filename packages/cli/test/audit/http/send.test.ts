import type { Socket } from "node:net";
import { expect, test } from "vitest";
import { connect } from "../../../src/audit/http/send.ts";
import { startServer } from "../../support/server.ts";

const request = { method: "GET", path: "/", headers: {}, body: undefined } as const;

test("a kept connection that the server has closed is no silence", async () => {
  const known = new Set<Socket>();
  const url = await startServer(() => (incoming, response) => {
    response.shouldKeepAlive = true;
    // Closes as servers do whose patience with an idle connection is over in just that moment.
    if (known.has(incoming.socket)) return incoming.socket.destroy();
    known.add(incoming.socket);
    return response.end("fine");
  });
  const connection = connect(url);
  for (let count = 0; count < 3; count++) {
    await expect(connection.send(request, undefined)).resolves.toMatchObject({ status: 200, text: "fine" });
  }
  connection.close();
  expect(known.size).toBe(3);
});

test("a new connection that is closed is silence, and a redirect is not followed", async () => {
  const url = await startServer(() => (incoming, response) => {
    if (incoming.url === "/") return incoming.socket.destroy();
    return response.writeHead(302, { location: "/" }).end();
  });
  const connection = connect(url);
  await expect(connection.send(request, undefined)).resolves.toBeUndefined();
  await expect(connection.send({ ...request, path: "/elsewhere" }, undefined)).resolves.toMatchObject({
    status: 302,
  });
  connection.close();
});
