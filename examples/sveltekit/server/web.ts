/**
 * Serves the built app at its public address. SvelteKit derives the address of a request from headers, and
 * refuses forms from another one. These headers come from here, and never from the client.
 */
import { createServer, type RequestListener } from "node:http";

const { BETTER_AUTH_URL = "http://localhost:3000" } = process.env;
const { WEB_HOST = "127.0.0.1", WEB_PORT = "3000" } = process.env;
const { protocol, host } = new URL(BETTER_AUTH_URL);

// Of adapter-node, which reads them when it is loaded.
process.env.PROTOCOL_HEADER = "x-forwarded-proto";
process.env.HOST_HEADER = "x-forwarded-host";
process.env.BODY_SIZE_LIMIT ??= "20M";

const built: string = new URL("../build/handler.js", import.meta.url).href;
const { handler } = (await import(built)) as { handler: RequestListener };

createServer((request, response) => {
  request.headers["x-forwarded-proto"] = protocol.slice(0, -1);
  request.headers["x-forwarded-host"] = host;
  handler(request, response);
}).listen(Number(WEB_PORT), WEB_HOST, () => console.log(`Web app: ${BETTER_AUTH_URL}`));
