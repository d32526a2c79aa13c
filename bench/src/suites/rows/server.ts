import fastify from "fastify";
import { contenders, type RowsSettings } from "./contenders.ts";

// The process of one contender: prints its address. Its arguments are the contender's name and the settings.

const [name = "", settings = ""] = process.argv.slice(2);
// Errors only, and not to standard output, whose first line is the address.
const app = fastify({ logger: { level: "error", stream: process.stderr } });
const listTasks = await contenders[name]?.(app, JSON.parse(settings) as RowsSettings);
if (listTasks === undefined) throw new Error(`no contender is named ${name}`);
app.get<{ Params: { userId: string } }>("/api/:userId/tasks", async (request) => ({
  tasks: await listTasks(request),
}));
console.log(await app.listen({ port: 0, host: "127.0.0.1" }));
