/** The program on Node: `node:http`, with a bridge to fetch handlers. */
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { createProgram } from "./app.ts";

const fetch = createProgram(JSON.parse(process.argv[2] as string));
const server = createAdaptorServer({ fetch }) as Server;
server.listen(0, "127.0.0.1", () => {
  console.log(JSON.stringify({ port: (server.address() as AddressInfo).port }));
});
