import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What the server does with a request for the document. */
export type Respond = (request: IncomingMessage, response: ServerResponse) => void;

/** A real server that a test can stop, start again at the same port, and tell what to answer. */
export interface DocumentServer {
  readonly url: string;
  readonly requests: IncomingMessage[];
  respond: Respond;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export async function documentServer(respond: Respond): Promise<DocumentServer> {
  const requests: IncomingMessage[] = [];
  let server: Server | undefined;
  let port = 0;
  const self: DocumentServer = {
    get url() {
      return `http://127.0.0.1:${port}/openapi.json`;
    },
    requests,
    respond,
    async start() {
      server = createServer((request, response) => {
        requests.push(request);
        self.respond(request, response);
      });
      const listening = server.listen(port, "127.0.0.1");
      await new Promise((resolve, reject) => listening.once("listening", resolve).once("error", reject));
      port = (listening.address() as AddressInfo).port;
    },
    async stop() {
      const closing = server;
      server = undefined;
      closing?.closeAllConnections();
      await new Promise((resolve) => (closing === undefined ? resolve(undefined) : closing.close(resolve)));
    },
  };
  await self.start();
  return self;
}

/** Answers with a text. */
export function says(text: string, headers: Record<string, string> = {}): Respond {
  return (_request, response) => response.writeHead(200, headers).end(text);
}

/** A document with one path. */
export function documentWith(path: string, operation: object = {}): string {
  return JSON.stringify({ openapi: "3.1.0", paths: { [path]: { get: operation } } });
}
