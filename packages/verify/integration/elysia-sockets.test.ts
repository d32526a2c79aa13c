import { request } from "node:http";
import { fileURLToPath } from "node:url";
import { createTestIssuer } from "@usher-auth/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runtimes } from "../../../tests/runtimes/runtimes.ts";
import { type RunningProgram, startProgram } from "../../../tests/runtimes/start.ts";

const { bun } = runtimes;
const binary = bun.findBinary();
const absent = typeof binary === "string" ? undefined : binary.missing;
const program = fileURLToPath(new URL("elysia-sockets.ts", import.meta.url));

describe.skipIf(absent !== undefined)(absent ?? "Elysia's WebSockets on Bun", () => {
  const { secret, issuer, audience, tokenFor } = createTestIssuer();
  let app: RunningProgram;
  beforeAll(async () => {
    app = await startProgram(
      { ...bun, run: ["--no-install", "--conditions=@usher-auth/source", program] },
      { trust: { keys: "secret", secret, issuer, audience }, now: null, guard: {} },
    );
  });
  afterAll(() => app?.close());

  it("open with a token and on the owner's path only, or for everyone if public", async () => {
    const alice = tokenFor("alice");
    expect(await upgrade(app.origin, "/open")).toBe(101);
    expect(await upgrade(app.origin, "/guarded")).toBe(401);
    expect(await upgrade(app.origin, "/guarded", alice)).toBe(101);
    expect(await upgrade(app.origin, "/users/alice", alice)).toBe(101);
    expect(await upgrade(app.origin, "/users/bob", alice)).toBe(403);
    expect(await upgrade(app.origin, "/nowhere")).toBe(401);
  });
});

/** The status of an upgrade request: 101 if it is accepted. */
function upgrade(origin: string, path: string, token?: string): Promise<number | undefined> {
  const headers = {
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-key": Buffer.alloc(16).toString("base64"),
    "sec-websocket-version": "13",
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  return new Promise((resolve, reject) => {
    request(origin + path, { headers })
      .on("upgrade", (response, socket) => {
        socket.destroy();
        resolve(response.statusCode);
      })
      .on("response", (response) => resolve(response.resume().statusCode))
      .on("error", reject)
      .end();
  });
}
