import { createServer, type Server } from "node:http";
import { connectUpstream } from "../../../../../packages/cli/src/gate/upstream/upstream.ts";
import { withoutFieldsOfConnection } from "./connection-fields.ts";

/** The gate's own way to the backend and back, without anything in front of it: no check, no added header. */
export function engineProxy(upstream: string): Server {
  const backend = connectUpstream({
    upstream: new URL(upstream),
    timeout: 60_000,
    idleTimeout: 300_000,
    maxRequestBytes: undefined,
    cors: false,
  });
  return createServer((request, response) => {
    void backend.send(request, response, {
      target: { path: request.url ?? "/", query: "" },
      method: request.method ?? "GET",
      headers: withoutFieldsOfConnection(request.rawHeaders),
      responseHeaders: {},
    });
  });
}
