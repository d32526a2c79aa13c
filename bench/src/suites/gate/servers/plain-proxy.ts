import { createServer, type Server } from "node:http";
import { Pool } from "undici";
import { connectionFields, withoutFieldsOfConnection } from "./connection-fields.ts";

/** The least that a proxy of Node's HTTP server and undici does: it streams both bodies, and checks nothing. */
export function plainProxy(upstream: string): Server {
  const pool = new Pool(upstream);
  return createServer((request, response) => {
    const hasBody = "content-length" in request.headers || "transfer-encoding" in request.headers;
    pool
      .stream(
        {
          path: request.url ?? "/",
          method: request.method as "GET",
          headers: withoutFieldsOfConnection(request.rawHeaders),
          body: hasBody ? request : null,
        },
        ({ statusCode, headers }) => {
          for (const name of connectionFields) delete headers[name];
          return response.writeHead(statusCode, headers);
        },
      )
      .catch(() => response.destroy());
  });
}
