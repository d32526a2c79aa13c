// A gate in a separate process, so that its memory is its own: prints its port. Ends with its standard input.
// With --expose-gc, so that what is only garbage does not count. An ordinary collection frees the bytes of buffers
// later, on another thread. "last-resort" waits for that.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { connectUpstream } from "../../../../src/gate/upstream/upstream.ts";

const upstream = connectUpstream({
  upstream: new URL(String(process.argv[2])),
  timeout: 60_000,
  idleTimeout: 60_000,
  maxRequestBytes: undefined,
  cors: false,
});
const collect = gc as ((options: object) => void) | undefined;
let peak = 0;
const look = () => {
  collect?.({ type: "major", execution: "sync", flavor: "last-resort" });
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  peak = Math.max(peak, heapUsed + arrayBuffers);
};
setInterval(look, 1000).unref();
const server = createServer({ requestTimeout: 0 }, (request, response) => {
  if (request.url === "/peak") {
    look();
    response.end(String(peak));
    return;
  }
  const headers = ["content-length", "transfer-encoding"].flatMap((name) => {
    const value = request.headers[name];
    return name === "content-length" && value !== undefined ? [name, String(value)] : [];
  });
  const target = { path: String(request.url), query: "" };
  void upstream.send(request, response, {
    target,
    method: String(request.method),
    headers,
    responseHeaders: {},
  });
});
server.listen(0, "127.0.0.1", () => console.log((server.address() as AddressInfo).port));
process.stdin.resume().on("end", () => process.exit());
