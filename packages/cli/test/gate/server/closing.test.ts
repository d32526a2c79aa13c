import { once } from "node:events";
import { type ClientRequest, request as send } from "node:http";
import type { Duplex } from "node:stream";
import { expect, test } from "vitest";
import { catchSignals } from "../../../src/gate/server/signals.ts";
import { RawClient, start } from "./support.ts";

const get = ["GET / HTTP/1.1", "Host: a"];

test("lets a running request end, and says that the connection closes", async () => {
  const { promise: arrived, resolve } = Promise.withResolvers<() => void>();
  const { server } = await start(
    { handle: (_request, response) => resolve(() => response.end("ended")) },
    { closeTimeout: 5_000 },
  );
  const client = new RawClient(server.port).head(...get);
  const finish = await arrived;
  const closed = server.close();
  expect(server.isStopping).toBe(true);
  await expect(fetch(server.url)).rejects.toThrow();
  finish();
  expect(await client.closed).toMatch(/^HTTP\/1.1 200 .*connection: close.*ended/is);
  await closed;
});

test("lets an upload end", async () => {
  const { server } = await start(
    { handle: (request, response) => request.resume().once("end", () => response.end("whole")) },
    { closeTimeout: 5_000 },
  );
  const upload: ClientRequest = send(server.url, { method: "POST" });
  upload.write("half");
  await once(upload, "socket");
  await new Promise((resolve) => upload.write(" and ", resolve));
  await new Promise((resolve) => setTimeout(resolve, 50));
  const closed = server.close();
  upload.end("half");
  const [response] = await once(upload, "response");
  expect(Buffer.concat(await response.toArray()).toString()).toBe("whole");
  await closed;
});

test("closes idle connections at once", async () => {
  const { server } = await start({}, { closeTimeout: 60_000 });
  const client = new RawClient(server.port).head(...get);
  await client.until("handled");
  await server.close();
  await client.closed;
});

test("breaks off what has no end, at the timeout", async () => {
  const { server } = await start({ handle: (_request, response) => void response.write("an event") });
  const client = new RawClient(server.port).head(...get);
  await client.until("an event");
  await server.close();
  expect(await client.closed).not.toContain("\r\n0\r\n");
});

test("tells the handlers, which close their WebSockets, and ends those that stay", async () => {
  const sockets: Duplex[] = [];
  let stopping = 0;
  const { server } = await start({
    upgrade: (_request, socket) => {
      socket.write("HTTP/1.1 101 Switching Protocols\r\n\r\n");
      sockets.push(socket);
    },
    stopping: () => {
      stopping++;
      sockets[0]?.end("closing");
    },
  });
  const upgrade = [...get, "Connection: Upgrade", "Upgrade: websocket"];
  const one = new RawClient(server.port).head(...upgrade);
  await one.until("101");
  const other = new RawClient(server.port).head(...upgrade);
  await other.until("101");
  await server.close();
  expect(stopping).toBe(1);
  expect(await one.closed).toContain("closing");
  await other.closed;
});

test("catches a signal, and a second one ends the process at once", async () => {
  const listeners = new Map<string, (signal: string) => void>();
  const codes: unknown[] = [];
  const host = {
    on: (signal: string, listener: (signal: string) => void) => void listeners.set(signal, listener),
    off: (signal: string) => void listeners.delete(signal),
    exit: (code: unknown) => void codes.push(code),
  };
  const caught = catchSignals(host as never);
  listeners.get("SIGTERM")?.("SIGTERM");
  // The same Ctrl+C, passed on by a package manager.
  listeners.get("SIGINT")?.("SIGINT");
  expect(await caught.first).toBe("SIGTERM");
  expect(codes).toEqual([]);
  await new Promise((resolve) => setTimeout(resolve, 600));
  listeners.get("SIGINT")?.("SIGINT");
  expect(codes).toEqual([130]);
  caught.release();
  expect([...listeners.keys()]).toEqual([]);
});
