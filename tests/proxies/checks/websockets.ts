import { once } from "node:events";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { type System, valuesAt } from "../support/system.ts";

/** WebSockets are judged when they are opened. */
export function checkWebSockets(system: () => System): void {
  const open = (target: string, headers: Record<string, string>, protocols: string[] = []) =>
    new WebSocket(`ws://127.0.0.1:${system().proxy.port}${target}`, protocols, {
      headers: { Host: "api.example.com", ...headers },
    });

  test("opens for the owner, and passes messages both ways", async () => {
    const { backend, token } = system();
    const socket = open("/api/alice/live", Object.fromEntries([token("alice")]));
    await once(socket, "open");
    socket.send("hello");
    const [data] = await once(socket, "message");
    expect(String(data)).toBe("echo hello");
    const request = backend.requests.at(-1) as never;
    expect(valuesAt(request, "x-usher-user")).toEqual(["alice"]);
    expect(valuesAt(request, "upgrade").join().toLowerCase()).toBe("websocket");
    socket.terminate();
  });

  test("takes the token from the subprotocols, which is all that a page can set", async () => {
    const { token } = system();
    const [, value] = token("alice");
    const socket = open("/api/alice/live", {}, ["bearer", value.slice("Bearer ".length)]);
    await once(socket, "open");
    expect(socket.protocol).toBe("bearer");
    socket.terminate();
  });

  test.each([
    ["no token", undefined, 401],
    ["another owner", "bob", 403],
  ])("does not open with %s", async (_, user, status) => {
    const { backend, token } = system();
    const before = backend.requests.length;
    const socket = open("/api/alice/live", user === undefined ? {} : Object.fromEntries([token(user)]));
    const response = Promise.withResolvers<number | undefined>();
    socket.once("unexpected-response", (request, { statusCode }) => {
      response.resolve(statusCode);
      request.destroy();
    });
    socket.once("open", () => response.reject(new Error("it opened")));
    socket.on("error", () => {});
    expect(await response.promise).toBe(status);
    expect(backend.requests).toHaveLength(before);
  });

  test("does not open for a page of another site", async () => {
    const { backend, token } = system();
    const before = backend.requests.length;
    const headers = { ...Object.fromEntries([token("alice")]), Origin: "https://evil.example" };
    const socket = open("/api/alice/live", headers);
    socket.on("error", () => {});
    const [, { statusCode }] = await once(socket, "unexpected-response");
    expect(statusCode).toBe(403);
    expect(backend.requests).toHaveLength(before);
    socket.terminate();
  });

  test("passes on no other protocol", async () => {
    const { send, token } = system();
    const headers = [
      token("alice"),
      ["Connection", "Upgrade, HTTP2-Settings"],
      ["Upgrade", "h2c"],
      ["HTTP2-Settings", "AAMAAABkAAQAAP__"],
    ] as const;
    const { response, arrived } = await send({ target: "/api/alice/tasks", headers });
    expect(response.status).not.toBe(101);
    for (const request of arrived) expect(valuesAt(request, "upgrade")).toEqual([]);
  });
}
