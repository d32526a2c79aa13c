import { expect, test } from "vitest";
import { startBackend } from "./support/backend.ts";
import { startGate } from "./support/gate.ts";
import { send } from "./support/requests.ts";

test("closing waits for requests that are running", async () => {
  const arrived = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  const backend = await startBackend(async (_request, response) => {
    arrived.resolve();
    await go.promise;
    response.end("ok");
  });
  const gate = await startGate(backend);
  const response = send(gate.url);
  await arrived.promise;
  const closed = gate.upstream.close(20_000);
  go.resolve();
  expect((await response).body).toBe("ok");
  await closed;
  // Nothing is taken any more.
  expect((await send(gate.url)).status).toBe(502);
});

test("closing breaks off what runs beyond the deadline", async () => {
  const backend = await startBackend((request, response) => {
    if (request.url === "/begun") response.write("begun");
  });
  const gate = await startGate(backend);
  const silent = send(gate.url);
  const begun = await fetch(`${gate.url}/begun`);
  await gate.upstream.close(100);
  expect((await silent).status).toBe(502);
  await expect(begun.text()).rejects.toThrow();
});

test("closing is immediate if nothing runs, connections that are kept included", async () => {
  const backend = await startBackend((_request, response) => response.end("ok"));
  const gate = await startGate(backend);
  await send(gate.url);
  await gate.upstream.close(1_000_000);
  const unused = await startGate(backend);
  await unused.upstream.close(1_000_000);
  await unused.upstream.close(1_000_000);
});
