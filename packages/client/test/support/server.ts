import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export type Received = { method: string; url: string; headers: IncomingHttpHeaders; body: string };

export type TestServer = {
  url: string;
  port: number;
  received: Received[];
  tokens(): (string | undefined)[];
};

/** An HTTP server on a free port that records its requests. It closes when the test ends. */
export async function startServer(
  answer: (request: Received, response: ServerResponse) => void = (_request, response) => response.end("ok"),
): Promise<TestServer> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const record = { method: request.method ?? "", url: request.url ?? "", headers: request.headers, body };
    received.push(record);
    answer(record, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    received,
    tokens: () => received.map(({ headers }) => headers.authorization?.replace("Bearer ", "")),
  };
}

/**
 * Answers 401 with this problem code if `isRejected` returns true for the token, otherwise "ok".
 *
 * @param members - further members of the problem
 */
export function rejectingWith(
  code: string,
  isRejected: (token: string | undefined) => boolean,
  members: object = {},
) {
  return (request: Received, response: ServerResponse): void => {
    if (!isRejected(request.headers.authorization?.replace("Bearer ", ""))) {
      response.end("ok");
      return;
    }
    response.writeHead(401, { "content-type": "application/problem+json" });
    response.end(
      JSON.stringify({
        type: `urn:usher-auth:error:${code}`,
        title: "Rejected",
        status: 401,
        code,
        ...members,
      }),
    );
  };
}
