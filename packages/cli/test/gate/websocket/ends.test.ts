import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import { startBackend, startGate } from "./support.ts";

async function open(options: Parameters<typeof startGate>[1] = {}, path = "/live/ada", more = {}) {
  const backend = await startBackend();
  const gate = await startGate(backend.port, options);
  const client = gate.connect(path, more);
  await client.seen.next("open");
  await backend.seen.next("connection");
  return { gate, backend, client, atBackend: backend.sockets[0] as typeof client.socket };
}

test("codes and reasons pass both ways", async () => {
  const one = await open();
  one.client.socket.close(4000, "bye, ä");
  expect(await one.backend.seen.next("close")).toEqual(["close", 4000, "bye, ä"]);
  expect(await one.client.seen.next("close")).toEqual(["close", 4000, "bye, ä"]);
  const other = await open();
  other.atBackend.close(1012, "restart");
  expect(await other.client.seen.next("close")).toEqual(["close", 1012, "restart"]);
  const none = await open();
  none.client.socket.close();
  expect(await none.backend.seen.next("close")).toEqual(["close", 1005, ""]);
});

test("a client that vanishes vanishes at the backend too", async () => {
  const { client, backend } = await open();
  client.socket.terminate();
  expect(await backend.seen.next("close")).toEqual(["close", 1006, ""]);
});

test("a backend that vanishes is a bad gateway for the client", async () => {
  const { atBackend, client } = await open();
  atBackend.terminate();
  expect(await client.seen.next("close")).toEqual(["close", 1014, ""]);
});

test.each(["client", "backend"])("a %s that answers no ping is ended", async (dead) => {
  const { client, backend, atBackend } = await open({ heartbeat: 50 }, "/live/ada", {
    autoPong: dead !== "client",
  });
  if (dead === "backend") atBackend.pause();
  const seen = dead === "client" ? backend.seen : client.seen;
  expect((await seen.next("close"))[1]).toBe(dead === "client" ? 1006 : 1014);
});

test("a client that is slow to take a large message gets it", async () => {
  const { client, atBackend } = await open({ heartbeat: 200 });
  const message = Buffer.alloc(12 * 1024 * 1024, "m");
  client.socket.pause();
  atBackend.send(message);
  // Longer than a client has that answers no pings.
  await new Promise((resolve) => setTimeout(resolve, 900));
  client.socket.resume();
  const [, received] = await Promise.race([client.seen.next("message"), client.seen.next("close")]);
  expect(message.equals(received as Buffer)).toBe(true);
});

test("two that answer pings stay open", async () => {
  const { client } = await open({ heartbeat: 20 });
  let pings = 0;
  client.socket.on("ping", () => pings++);
  await expect.poll(() => pings, { timeout: 3_000 }).toBeGreaterThan(5);
  expect(client.socket.readyState).toBe(client.socket.OPEN);
});

test("the gate's end closes both sides with 1001", async () => {
  const { gate, client, backend } = await open();
  gate.bridge.close();
  expect((await client.seen.next("close"))[1]).toBe(1001);
  expect((await backend.seen.next("close"))[1]).toBe(1001);
  const [, status] = await gate.connect("/live/ada").seen.next("refused");
  expect(status).toBe(502);
});

test("the end of the token closes both sides, and nothing more passes", async () => {
  const { gate, client, backend } = await open();
  const short = gate.connect("/live/ada", {
    headers: { authorization: `Bearer ${gate.issuer.tokenFor("ada", { expiresIn: 1 })}` },
  });
  await short.seen.next("open");
  short.socket.send("before");
  await backend.seen.next("message");
  expect(await short.seen.next("close")).toEqual(["close", 4401, "token_expired"]);
  expect(await backend.seen.next("close")).toEqual(["close", 4401, "token_expired"]);
  expect(gate.rejected.map(({ code }) => code)).toEqual(["token_expired"]);
  expect(client.socket.readyState).toBe(client.socket.OPEN);
});

test("a revocation closes it, although the client goes on sending", async () => {
  const { gate, client, backend } = await open();
  // Answers no close frame, as a hostile client would not.
  client.socket.on("message", () => {});
  const token = gate.issuer.tokenFor("ada", { claims: { sid: "s1" } });
  const other = gate.connect("/live/ada", { headers: { authorization: `Bearer ${token}` } });
  await other.seen.next("open");
  await gate.revocations.revoke({ kind: "session", id: "s1", before: Math.floor(Date.now() / 1000) });
  expect(await other.seen.next("close")).toEqual(["close", 4401, "token_revoked"]);
  expect((await backend.seen.next("close")).slice(0, 2)).toEqual(["close", 4401]);
});

test("a fresh token keeps it open, and does not reach the backend", async () => {
  const { gate, backend } = await open();
  const claims = { sid: "s1" };
  const short = gate.issuer.tokenFor("ada", { expiresIn: 1, claims });
  const { socket, seen } = gate.connect("/live/ada", { headers: { authorization: `Bearer ${short}` } });
  await seen.next("open");
  socket.send(`usher.renew ${gate.issuer.tokenFor("ada", { claims })}`);
  socket.send("after");
  expect(await backend.seen.next("message")).toEqual(["message", "after"]);
  await wait(1_700);
  expect(socket.readyState).toBe(socket.OPEN);
});

test("another user's token closes it", async () => {
  const { gate, client, backend } = await open();
  client.socket.send(`usher.renew ${gate.issuer.tokenFor("eve")}`);
  client.socket.send("as eve");
  expect(await client.seen.next("close")).toEqual(["close", 4403, "owner_mismatch"]);
  expect(await backend.seen.next("close")).toEqual(["close", 4403, "owner_mismatch"]);
  expect(backend.seen.all).toEqual([]);
});

test("without a session, a fresh token goes nowhere", async () => {
  const { gate, client, backend } = await open({}, "/public");
  client.socket.send(`usher.renew ${gate.issuer.tokenFor("ada")}`);
  client.socket.send(Buffer.from(`usher.renew ${gate.issuer.tokenFor("ada")}`));
  client.socket.send("after");
  expect(await backend.seen.next("message")).toEqual(["message", "after"]);
});
