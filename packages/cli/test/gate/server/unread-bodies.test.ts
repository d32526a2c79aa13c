import { expect, onTestFinished, test, vi } from "vitest";
import { RawClient, refuseAll, start } from "./support.ts";

const post = ["POST / HTTP/1.1", "Host: a"];
const megabyte = Buffer.alloc(1024 * 1024);

test("asks for a body only when the handler wants it", async () => {
  const { server } = await start({
    handle: (request, response) => {
      response.writeContinue();
      response.writeContinue();
      request.once("data", (chunk: Buffer) => response.end(`got ${chunk}`));
    },
  });
  const client = new RawClient(server.port).head(...post, "Expect: 100-continue", "Content-Length: 4");
  expect(await client.until("\r\n\r\n")).toBe("HTTP/1.1 100 Continue\r\n\r\n");
  client.socket.write("body");
  await client.until("got body");
});

test("refuses without asking for the body, and closes, because the client may send it or not", async () => {
  const { server } = await start({ handle: refuseAll });
  const client = new RawClient(server.port).head(...post, "Expect: 100-continue", "Content-Length: 4");
  const text = await client.closed;
  expect(text).toMatch(/^HTTP\/1.1 401 /);
  expect(text).toMatch(/connection: close/i);
});

test("keeps the connection after a refusal of a small body", async () => {
  const { server } = await start({ handle: refuseAll });
  const client = new RawClient(server.port);
  for (let count = 1; count <= 2; count++) {
    client.head(...post, "Content-Length: 4").socket.write("body");
    await client.until("no token", count);
  }
  expect(client.text).not.toMatch(/connection: close/i);
});

test.each([
  ["a length", ["Content-Length: 2000000000"], megabyte],
  [
    "chunks",
    ["Transfer-Encoding: chunked"],
    Buffer.concat([Buffer.from("100000\r\n"), megabyte, Buffer.from("\r\n")]),
  ],
])(
  "a client that sends 2 GB with %s gets its refusal, and they are not read",
  async (_name, lines, piece) => {
    let received = 0;
    const { server } = await start({
      handle: (request, response) => {
        const { socket } = request;
        socket.once("close", () => {
          received = socket.bytesRead;
        });
        refuseAll(request, response);
      },
    });
    const client = new RawClient(server.port).head(...post, ...lines);
    // Sends on, whatever it has read.
    const send = () => {
      while (!client.socket.destroyed && client.socket.write(piece));
    };
    client.socket.on("drain", send);
    send();
    expect(await client.closed).toMatch(/^HTTP\/1.1 401 .*connection: close.*no token$/is);
    await expect.poll(() => received, { timeout: 10_000 }).toBeGreaterThan(0);
    expect(received).toBeLessThan(64 * 1024 * 1024);
  },
);

test("does not reset the connection of a client that sends everything before it reads", async () => {
  const { server } = await start({ handle: refuseAll });
  const client = new RawClient(server.port);
  client.socket.pause();
  client.head(...post, "Content-Length: 8388608");
  for (let sent = 0; sent < 8; sent++) await new Promise((resolve) => client.socket.write(megabyte, resolve));
  client.socket.end();
  client.socket.resume();
  expect(await client.closed).toContain("no token");
  expect(client.errors).toEqual([]);
});

test("closes a connection whose small body never comes", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const { server } = await start({ handle: refuseAll });
  const client = new RawClient(server.port).head(...post, "Content-Length: 4");
  await client.until("no token");
  expect(client.socket.closed).toBe(false);
  vi.advanceTimersByTime(5_000);
  await client.closed;
});

test("does not run what a client sends after the last answer", async () => {
  const handled: string[] = [];
  const { server } = await start({
    handle: (request, response) => {
      handled.push(request.url ?? "");
      refuseAll(request, response);
    },
  });
  const client = new RawClient(server.port).head(...post, "Transfer-Encoding: chunked");
  await client.until("no token");
  client.socket.write("0\r\n\r\n");
  client.head("POST /second HTTP/1.1", "Host: a", "Content-Length: 0");
  client.socket.end();
  await client.closed;
  expect(handled).toEqual(["/"]);
});

test("gives an answer in the middle of a large body that is being read", async () => {
  const { server } = await start({
    handle: (request, response) => {
      request.once("data", () => {
        request.pause();
        refuseAll(request, response);
      });
    },
  });
  const client = new RawClient(server.port).head(...post, "Content-Length: 20000000");
  for (let sent = 0; sent < 8; sent++) client.socket.write(megabyte);
  const text = await client.until("no token");
  expect(text).toMatch(/^HTTP\/1.1 401 /);
  client.socket.end();
  await client.closed;
});

test.each([
  ["small", "Content-Length: 4"],
  ["large", "Content-Length: 2000000000"],
])(
  "closes a connection whose %s body never comes, behind a request that is still running",
  async (_size, length) => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const { promise: refused, resolve } = Promise.withResolvers<void>();
    let finish: (() => void) | undefined;
    const { server } = await start({
      handle: (request, response) => {
        if (request.method === "GET") finish = () => response.end("the first");
        else {
          refuseAll(request, response);
          resolve();
        }
      },
    });
    const client = new RawClient(server.port).head("GET / HTTP/1.1", "Host: a").head(...post, length);
    await refused;
    finish?.();
    await client.until("no token");
    vi.advanceTimersByTime(5_000);
    expect(await client.closed).toMatch(/^HTTP\/1.1 200 .*the first.*HTTP\/1.1 401 /s);
  },
);
