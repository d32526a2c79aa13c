// A gate in a separate process, for one request: prints the response.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { connectUpstream } from "../../../../src/gate/upstream/upstream.ts";

const upstream = connectUpstream({
  upstream: new URL(String(process.argv[2])),
  timeout: 20_000,
  idleTimeout: 20_000,
  maxRequestBytes: undefined,
  cors: false,
});
const server = createServer((request, response) => {
  const target = { path: "/", query: "" };
  void upstream.send(request, response, { target, method: "GET", headers: [], responseHeaders: {} });
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
const { status, headers } = response;
console.log(JSON.stringify({ status, body: await response.text(), location: headers.get("location") }));
server.close();
server.closeAllConnections();
await upstream.close(0);
