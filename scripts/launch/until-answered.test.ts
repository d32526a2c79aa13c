import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { untilAnswered } from "./until-answered.ts";

test("waits for a server that is not there yet, and for one that is not ready", async () => {
  let requests = 0;
  const answer = () => (++requests < 3 ? 503 : 200);
  const server = createServer((_request, response) => response.writeHead(answer()).end());
  const reserved = createServer().listen(0, "127.0.0.1");
  await once(reserved, "listening");
  const { port } = reserved.address() as AddressInfo;
  reserved.close();
  await once(reserved, "close");

  const answered = new Promise<void>((resolve) => {
    untilAnswered(`http://127.0.0.1:${port}`, new AbortController().signal, resolve);
  });
  server.listen(port, "127.0.0.1");
  onTestFinished(() => void server.close());
  await answered;
  expect(requests).toBe(3);
});

test("calls nothing once the signal is aborted", async () => {
  const controller = new AbortController();
  let isAnswered = false;
  const server = createServer(() => controller.abort()).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  untilAnswered(`http://127.0.0.1:${port}`, controller.signal, () => {
    isAnswered = true;
  });
  await once(controller.signal, "abort");
  server.closeAllConnections();
  await new Promise((resolve) => setTimeout(resolve, 250));
  expect(isAnswered).toBe(false);
});
