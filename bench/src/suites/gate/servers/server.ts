import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { backend } from "./backend.ts";
import { engineProxy } from "./engine-proxy.ts";
import { fastifyProxy } from "./fastify-proxy.ts";
import { noContent } from "./no-content.ts";
import { plainProxy } from "./plain-proxy.ts";

// One server as a separate process: `server.ts NAME [UPSTREAM]`. Prints its port.

const [name = "", upstream = ""] = process.argv.slice(2);
const servers: Readonly<Record<string, () => Server | Promise<Server>>> = {
  backend,
  "no content": noContent,
  engine: () => engineProxy(upstream),
  plain: () => plainProxy(upstream),
  fastify: () => fastifyProxy(upstream),
};
const server = await servers[name]?.();
if (server === undefined) throw new Error(`no server is named ${name}`);
server.listen(0, "127.0.0.1");
await once(server, "listening");
console.log((server.address() as AddressInfo).port);
