import type { IncomingMessage } from "node:http";
import { startServer } from "../../support/server.ts";
import { userIn } from "./backend-token.ts";
import { issuer } from "./test-users.ts";

type Reply = [status: number, body?: unknown, headers?: Record<string, string>];

/** An API with these paths. `reply` gets the user of a valid token. `document`: the rest of its document. */
export async function startApi(
  paths: object,
  reply: (request: IncomingMessage, user: string | undefined) => Reply | Promise<Reply>,
  document: object = {},
): Promise<string> {
  const url = await startServer(() => async (request, response) => {
    const [status, body, headers]: Reply =
      request.url === "/openapi.json"
        ? [200, { openapi: "3.1.0", paths, ...document }]
        : await reply(request, userIn(request.headers.authorization, issuer.secret));
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  });
  return `${url}/openapi.json`;
}
