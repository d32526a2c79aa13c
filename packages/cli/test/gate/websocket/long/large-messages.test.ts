import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import { startBackend, startGate } from "../support.ts";

test("messages of more than 16 MiB end both sides with 1009", async () => {
  const backend = await startBackend();
  const gate = await startGate(backend.port);
  const { socket, seen } = gate.connect("/live/ada");
  await seen.next("open");
  socket.send(Buffer.alloc(16 * 1024 * 1024));
  expect((await backend.seen.next("message"))[1]).toHaveLength(16 * 1024 * 1024);
  socket.send(Buffer.alloc(16 * 1024 * 1024 + 1));
  expect((await seen.next("close"))[1]).toBe(1009);
  expect((await backend.seen.next("close"))[1]).toBe(1009);
});

test.each(["client", "backend"])("messages wait if the %s does not read", async (slow) => {
  const backend = await startBackend();
  const gate = await startGate(backend.port);
  const { socket, seen } = gate.connect("/live/ada");
  await seen.next("open");
  await backend.seen.next("connection");
  const atBackend = backend.sockets[0] as typeof socket;
  const [from, to] = slow === "client" ? [atBackend, socket] : [socket, atBackend];
  to.pause();
  const message = Buffer.alloc(256 * 1024);
  const count = 256;
  for (let sent = 0; sent < count; sent++) from.send(message);
  // What the kernel and the gate hold is far less than what is sent, so most of it stays with the sender.
  await wait(300);
  expect(from.bufferedAmount).toBeGreaterThan((count / 2) * message.length);
  to.resume();
  const received = slow === "client" ? seen : backend.seen;
  for (let got = 0; got < count; got++) await received.next("message");
  expect(from.bufferedAmount).toBe(0);
});
