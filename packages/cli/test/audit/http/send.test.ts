import type { Socket } from "node:net";
import { expect, test } from "vitest";
import { connect } from "../../../src/audit/http/send.ts";
import { startServer } from "../../support/server.ts";

const request = { method: "GET", path: "/", headers: {}, body: undefined } as const;

test("sends again if the server closed a kept-alive connection", async () => {
  const known = new Set<Socket>();
  const url = await startServer(() => (incoming, response) => {
    response.shouldKeepAlive = true;
    // Closes the connection as a server whose idle timeout ends at this moment.
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

test("returns no answer if a new connection is closed, and does not follow redirects", async () => {
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
