import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream";
import { httpProblem, problemContentType } from "@usher-auth/verify/http";

/** A load balancer for servers on this machine. For the demo and tests, NOT for production. */
export type Balancer = { port: number; close: () => Promise<void> };

/** Headers of one connection, which are not forwarded (RFC 9110 section 7.6.1). */
const hopByHop = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/**
 * Starts a balancer that sends requests to `targets` (ports on the loopback interface) in turn. If a target
 * refuses the connection, the request goes to the next one. After that, a failure is returned to the client,
 * because the target may have handled the request. Bodies are streamed in both directions.
 */
export async function startBalancer(options: {
  host: string;
  port: number;
  targets: readonly number[];
}): Promise<Balancer> {
  const { host, port, targets } = options;
  let next = 0;
  const server = createServer((incoming, answer) => {
    const first = next++;
    forward(
      incoming,
      answer,
      targets.map((_, index) => targets[(first + index) % targets.length] as number),
    );
  });
  server.listen(port, host);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** Tries the targets in order, and answers 502 when all refuse the connection. */
function forward(
  incoming: IncomingMessage,
  answer: ServerResponse,
  [target, ...others]: readonly number[],
): void {
  if (target === undefined) {
    badGateway(answer);
    return;
  }
  const outgoing = request({
    host: "127.0.0.1",
    port: target,
    method: incoming.method,
    path: incoming.url,
    headers: endToEnd(incoming.rawHeaders),
    // A new connection each time: when a reused one fails, the target may or may not have seen the request.
    agent: false,
  });
  const refused = () => forward(incoming, answer, others);
  const gone = () => outgoing.destroy();
  outgoing.once("error", refused);
  outgoing.once("socket", (socket) =>
    socket.once("connect", () => {
      outgoing.off("error", refused);
      outgoing.on("error", () => (answer.headersSent ? answer.destroy() : badGateway(answer)));
      answer.once("close", gone);
      pipeline(incoming, outgoing, () => {});
    }),
  );
  outgoing.once("response", (response) => {
    answer.writeHead(response.statusCode ?? 502, response.statusMessage, endToEnd(response.rawHeaders));
    // An aborted response must not look like a complete one.
    pipeline(response, answer, () => {});
  });
}

function badGateway(answer: ServerResponse): void {
  if (answer.destroyed || answer.headersSent) return;
  answer.writeHead(502, { "content-type": problemContentType, "cache-control": "no-store" });
  answer.end(JSON.stringify(httpProblem(502, "No replica can be reached.")));
}

/** Node's raw headers (names and values in turn) without those of the connection. */
function endToEnd(raw: readonly string[]): string[] {
  const names = raw.filter((_, index) => index % 2 === 0);
  const listed = names.flatMap((name, index) =>
    name.toLowerCase() === "connection" ? (raw[index * 2 + 1] ?? "").toLowerCase().split(",") : [],
  );
  const hops = new Set(listed.map((name) => name.trim()));
  return names.flatMap((name, index) => {
    const lower = name.toLowerCase();
    return hopByHop.has(lower) || hops.has(lower) ? [] : [name, raw[index * 2 + 1] as string];
  });
}
