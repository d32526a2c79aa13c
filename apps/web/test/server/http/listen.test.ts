import { Agent, createServer, get, type ServerResponse } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { close, listen } from "../../../src/server/http/listen.ts";

test("close() waits for the request in progress, but not for its kept-alive connection", async () => {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<ServerResponse>();
  const server = createServer((_request, response) => arrive(response));
  server.keepAliveTimeout = 60_000;
  const port = await listen(server, 0, "127.0.0.1");

  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  const answered = new Promise<number | undefined>((resolve, reject) => {
    get({ port, host: "127.0.0.1", agent }, (response) =>
      response.resume().on("end", () => resolve(response.statusCode)),
    ).on("error", reject);
  });
  const response = await arrived;
  response.write("the first half, and ");

  const start = performance.now();
  const closed = close(server);
  response.end("the second");
  expect(await answered).toBe(200);
  await closed;
  // Far below the five seconds after which the rest is closed.
  expect(performance.now() - start).toBeLessThan(2500);
});
