import { expressServer } from "./express-server.ts";
import { fastifyServer } from "./fastify-server.ts";
import type { Framework, HttpSettings } from "./http.ts";

/**
 * One of the servers, in a process of its own: `server.ts FRAMEWORK NAME SETTINGS`. It prints its address and
 * serves until it is killed.
 */
const [framework, name, settings] = process.argv.slice(2) as [Framework, string, string];
const serve = { fastify: fastifyServer, express: expressServer }[framework];
process.stdout.write(`${await serve(name, JSON.parse(settings) as HttpSettings)}\n`);
