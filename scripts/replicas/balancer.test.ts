import { once } from "node:events";
import { createServer, type RequestListener, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { freePort } from "../../tests/e2e/support/network/free-port.ts";
import { startBalancer } from "./balancer.ts";

async function serve(listener: RequestListener): Promise<{ port: number; server: Server }> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, server };
}

async function balance(...targets: number[]): Promise<string> {
  const balancer = await startBalancer({ host: "127.0.0.1", port: 0, targets });
  onTestFinished(balancer.close);
  return `http://127.0.0.1:${balancer.port}`;
}

test("sends requests to the targets in turn, and skips one that is down, whatever the method", async () => {
  const [one, two] = [
    await serve((_, answer) => answer.end("one")),
    await serve((_, answer) => answer.end("two")),
  ];
  const url = await balance(one.port, two.port, await freePort());
  const texts: string[] = [];
  for (let count = 0; count < 6; count++) {
    texts.push(await (await fetch(url, { method: "POST", body: "x".repeat(100_000) })).text());
  }
  expect(texts).toEqual(["one", "two", "one", "one", "two", "one"]);
});

test("answers 502 with a problem body when all targets are down", async () => {
  const answer = await fetch(await balance(await freePort()));
  expect(answer.status).toBe(502);
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  expect(await answer.json()).toMatchObject({ status: 502, detail: "No replica can be reached." });
});

test("forwards method, path, headers, status and body unchanged, except for headers of the connection", async () => {
  const { port } = await serve(async (incoming, answer) => {
    let body = "";
    for await (const chunk of incoming) body += chunk;
    const { method, url, headers } = incoming;
    answer.writeHead(418, "Teapot", { "X-Echo": "yes", "set-cookie": ["a=1", "b=2"] });
    answer.end(JSON.stringify({ method, url, headers, body }));
  });
  const sent = request(await balance(port), {
    method: "PUT",
    path: "/a%2Fb?c=%20d",
    headers: {
      authorization: "Bearer x",
      host: "api.example.com",
      connection: "close, x-secret",
      "x-secret": "1",
    },
  });
  sent.end("body");
  const [answer] = await once(sent, "response");
  let text = "";
  for await (const chunk of answer) text += chunk;
  expect([answer.statusCode, answer.statusMessage]).toEqual([418, "Teapot"]);
  expect(answer.headers["set-cookie"]).toEqual(["a=1", "b=2"]);
  const seen = JSON.parse(text);
  expect(seen).toMatchObject({ method: "PUT", url: "/a%2Fb?c=%20d", body: "body" });
  expect(seen.headers).toMatchObject({ authorization: "Bearer x", host: "api.example.com" });
  expect(seen.headers).not.toHaveProperty("x-secret");
});

test("streams bodies in both directions", async () => {
  const { port } = await serve((incoming, answer) => {
    incoming.on("data", (chunk) => answer.write(`heard ${chunk}`));
    incoming.on("end", () => answer.end());
  });
  const sent = request(await balance(port), { method: "POST" });
  sent.write("1");
  const [answer] = await once(sent, "response");
  expect(String((await once(answer, "data"))[0])).toBe("heard 1");
  sent.write("2");
  expect(String((await once(answer, "data"))[0])).toBe("heard 2");
  sent.end();
  await once(answer, "end");
});

test("aborts the response to the client when the target aborts it", async () => {
  const { port } = await serve((_, answer) => {
    answer.write("half");
    setImmediate(() => answer.destroy());
  });
  await expect(fetch(await balance(port)).then((answer) => answer.text())).rejects.toThrow();
});

test("answers 502 when the target closes the connection, and does not try again", async () => {
  let asked = 0;
  const { port } = await serve((incoming) => {
    asked++;
    incoming.socket.destroy();
  });
  expect((await fetch(await balance(port, port), { method: "POST", body: "x" })).status).toBe(502);
  expect(asked).toBe(1);
});

test("aborts the request to the target when the client disconnects", async () => {
  const { promise: left, resolve } = Promise.withResolvers<void>();
  const { port } = await serve((incoming, answer) => {
    answer.write("begun");
    incoming.socket.once("close", resolve);
  });
  const leaving = new AbortController();
  const answer = await fetch(await balance(port), { signal: leaving.signal });
  expect(answer.status).toBe(200);
  leaving.abort();
  await left;
});
