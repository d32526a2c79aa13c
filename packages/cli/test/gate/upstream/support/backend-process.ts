// A backend in a separate process, to be killed: says its port and its process id. Ends with its standard
// input.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const server = createServer((request, response) => {
  request.resume().on("end", () => {
    // Long enough that some requests are running at any time.
    setTimeout(() => response.end(JSON.stringify({ id: request.headers["x-id"], pid: process.pid })), 5);
  });
});
server.listen(Number(process.argv[2]), "127.0.0.1", () =>
  console.log((server.address() as AddressInfo).port),
);
process.stdin.resume().on("end", () => process.exit());
