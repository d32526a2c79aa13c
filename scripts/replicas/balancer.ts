import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream";
import { httpProblem, problemContentType } from "@usher-auth/verify";

/**
 * Spreads requests over several servers of this machine. For trying things out; in production, take a real
 * one.
 */
export type Balancer = { port: number; close: () => Promise<void> };

/** Concern one connection, and not the request (RFC 9110 section 7.6.1). */
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
 * Starts a balancer: each request goes to the next of `targets` (ports of the loopback interface) in turn.
 * One that does not take the connection is passed over, since it has seen nothing of the request; what fails
 * later is the client's to repeat. Bodies go through as they come, both ways, and either side's end is the
 * other's.
 */
export async function startBalancer(options: {
  host: string;
  port: number;
  targets: readonly number[];
}): Promise<Balancer> {
  const { host, port, targets } = options;
  let turn = 0;
  const server = createServer((incoming, answer) => {
    const first = turn++;
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

/** Tries the targets in order, and says 502 when none takes the connection. */
function forward(
  incoming: IncomingMessage,
  answer: ServerResponse,
  [target, ...others]: readonly number[],
): void {
  if (target === undefined) {
    refuse(answer);
    return;
  }
  const outgoing = request({
    host: "127.0.0.1",
    port: target,
    method: incoming.method,
    path: incoming.url,
    headers: endToEnd(incoming.rawHeaders),
    // One connection each: a kept one may have died, and then nobody knows whether the request was seen.
    agent: false,
  });
  const refused = () => forward(incoming, answer, others);
  const gone = () => outgoing.destroy();
  outgoing.once("error", refused);
  outgoing.once("socket", (socket) =>
    socket.once("connect", () => {
      outgoing.off("error", refused);
      outgoing.on("error", () => (answer.headersSent ? answer.destroy() : refuse(answer)));
      answer.once("close", gone);
      pipeline(incoming, outgoing, () => {});
    }),
  );
  outgoing.once("response", (response) => {
    answer.writeHead(response.statusCode ?? 502, response.statusMessage, endToEnd(response.rawHeaders));
    // A response that breaks off must not look like one that has ended.
    pipeline(response, answer, () => {});
  });
}

function refuse(answer: ServerResponse): void {
  if (answer.destroyed || answer.headersSent) return;
  answer.writeHead(502, { "content-type": problemContentType, "cache-control": "no-store" });
  answer.end(JSON.stringify(httpProblem(502, "No replica can be reached.")));
}

/** Names and values in turn, as Node has them raw, without those that end here. */
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
