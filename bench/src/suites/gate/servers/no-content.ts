import { createServer, type Server } from "node:http";

/** Admits everything at once: what an answer for a proxy costs without any check. */
export function noContent(): Server {
  return createServer((_request, response) => {
    response.writeHead(204).end();
  });
}
