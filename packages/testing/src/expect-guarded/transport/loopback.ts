import { once } from "node:events";
import {
  Agent,
  createServer,
  type IncomingMessage,
  type RequestListener,
  request as requestOverHttp,
} from "node:http";
import type { AddressInfo } from "node:net";
import type { Answer, Send } from "../exchange.ts";
import { readStart } from "./read-start.ts";

/** A server on a free port of the loopback interface. */
export interface Loopback {
  readonly send: Send;
  close(): Promise<void>;
}

/** Serves a listener for the check. Neither the server nor its connections keep the process alive. */
export async function serveOnLoopback(listener: RequestListener): Promise<Loopback> {
  const server = createServer(listener);
  server.on("connection", (socket) => socket.unref());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  server.unref();
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });

  const send: Send = (sent, signal) =>
    new Promise<Answer>((resolve, reject) => {
      const { method, target, headers, body } = sent;
      const length = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
      const request = requestOverHttp({
        ...{ host: "127.0.0.1", port, agent, method, path: target, signal },
        headers: { ...headers, ...length },
      });
      request.on("response", (response) => resolve(readMessage(response)));
      request.on("error", (error) => {
        // The app closed the connection after the request before: this one was never read.
        if (request.reusedSocket && !signal.aborted) resolve(send(sent, signal));
        else reject(error);
      });
      request.end(body);
    });

  return {
    send,
    close: async () => {
      agent.destroy();
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function readMessage(message: IncomingMessage): Promise<Answer> {
  const { statusCode = 0, headers } = message;
  return { status: statusCode, header: (name) => headers[name]?.toString(), body: await readStart(message) };
}
