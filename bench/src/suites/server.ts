import { expressServer } from "./express-server.ts";
import { fastifyServer } from "./fastify-server.ts";
import type { Framework, HttpSettings } from "./http.ts";

/** Runs one server as a child process: `server.ts FRAMEWORK NAME SETTINGS`. Prints the address. */
const [framework, name, settings] = process.argv.slice(2) as [Framework, string, string];
const serve = { fastify: fastifyServer, express: expressServer }[framework];
process.stdout.write(`${await serve(name, JSON.parse(settings) as HttpSettings)}\n`);
