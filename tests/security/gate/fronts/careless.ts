import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse, request as send } from "node:http";
import type { AddressInfo } from "node:net";
import type { People, Person } from "../support/people.ts";
import type { Front } from "./front.ts";

/**
 * A gate as one might write it in an hour: it verifies tokens and compares the owner, but reads the path in
 * its own way and passes everything on as it came. The attacks must show its faults, or they could not show
 * the gate's.
 */
export async function startCarelessGate(people: People, backend: number): Promise<Front> {
  const server = createServer({ insecureHTTPParser: true, requireHostHeader: false }, (request, response) => {
    const person = people.ownerOf((request.headers.authorization ?? "").replace(/^bearer /i, ""));
    if (!isAdmitted(request.url ?? "", person)) return void response.writeHead(403).end();
    try {
      forward(backend, request, response, person);
    } catch {
      // A name or a value that Node does not send.
      response.writeHead(400).end();
    }
  });
  server.on("clientError", (_error, socket) => socket.destroy());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    log: () => "",
    hasEnded: () => false,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

function isAdmitted(target: string, person: Person | undefined): boolean {
  if (target.startsWith("/public")) return true;
  const [, first, id = ""] = target.split("/");
  return person !== undefined && (first === "reports" || id === encodeURIComponent(person.id));
}

function forward(backend: number, request: IncomingMessage, response: ServerResponse, person?: Person): void {
  const identity = person === undefined ? {} : identityOf(person);
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !(name in identity)));
  const { method, url: path } = request;
  const onward = send({
    port: backend,
    host: "127.0.0.1",
    method,
    path,
    headers: { ...headers, ...identity } as Record<string, string>,
    agent: false,
  });
  onward.on("response", (answer) => {
    response.writeHead(answer.statusCode ?? 502);
    answer.pipe(response);
  });
  onward.on("error", () => response.destroy());
  request.on("error", () => onward.destroy());
  request.pipe(onward);
}

function identityOf({ id, session = "", organization = "", token }: Person): Record<string, string> {
  const claims = Buffer.from(token.split(".")[1] ?? "", "base64url").toString();
  const plain = claims.replaceAll(
    /[^\x20-\x7e]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return {
    "x-usher-user": encodeURIComponent(id),
    "x-usher-session": session,
    "x-usher-organization": organization,
    "x-usher-claims": plain,
  };
}
