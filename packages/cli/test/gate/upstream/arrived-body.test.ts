import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished, test } from "vitest";
import { arrivedBody } from "../../../src/gate/upstream/arrived-body.ts";
import { type RawClient, rawClient } from "./support/client.ts";

/** Answers each request with what has arrived of its body, and then with what comes later. */
async function client(): Promise<RawClient> {
  const server = createServer((request, response) => {
    process.nextTick(() => {
      const arrived = arrivedBody(request);
      let rest = "";
      request.on("data", (chunk) => {
        rest += chunk;
      });
      request.on("end", () => response.end(JSON.stringify([arrived?.toString() ?? null, rest])));
    });
  });
  onTestFinished(() => void server.close().closeAllConnections());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return rawClient((server.address() as AddressInfo).port);
}

const post = (...fields: readonly string[]) => ["POST / HTTP/1.1", "Host: a", ...fields, "", ""].join("\r\n");

test("a body that arrives with its head is taken as a whole", async () => {
  const { write, until } = await client();
  write(`${post("Content-Length: 5")}hello`);
  await until('["hello",""]');
});

test("each of several requests has its own body", async () => {
  const { write, until } = await client();
  write(`${post("Content-Length: 5")}first${post("Content-Length: 6")}second`);
  await until('["first",""]');
  await until('["second",""]');
});

test("a body of which a byte is missing is left to be read", async () => {
  const { write, until } = await client();
  write(`${post("Content-Length: 5")}hell`);
  await new Promise((resolve) => setTimeout(resolve, 50));
  write("o");
  await until('[null,"hello"]');
});

test("a body in chunks is left to be read", async () => {
  const { write, until } = await client();
  write(`${post("Transfer-Encoding: chunked")}5\r\nhello\r\n0\r\n\r\n`);
  await until('[null,"hello"]');
});

test("a body that is sent although 100 Continue was asked for is left to be read", async () => {
  const { write, until } = await client();
  write(`${post("Content-Length: 5", "Expect: 100-continue")}hello`);
  await until('[null,"hello"]');
});
