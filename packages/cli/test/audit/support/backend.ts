import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import {
  type Collection,
  callCollection,
  type Flaw,
  type Item,
  isInCollection,
  type Reply,
} from "./backend-collection.ts";
import { backendDocument } from "./backend-document.ts";

/** A backend built on Node's http alone, without Usher. */
export interface Backend {
  readonly url: string;
  /** The address of its OpenAPI 3.0 document. */
  readonly documentUrl: string;
  /** All objects of a collection. */
  items(collection: string): Item[];
  /** Method and path of every request. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/**
 * Starts a backend with a collection for each name, correct or flawed. Every user has two objects in each.
 */
export async function startBackend(
  secret: string,
  flaws: Readonly<Record<string, Flaw | undefined>>,
  users: readonly string[],
): Promise<Backend> {
  let lastId = 0;
  const collections = Object.entries(flaws).map(([name, flaw]): Collection => {
    const items = users.flatMap((owner) =>
      ["first", "second"].map((text) => ({ id: ++lastId, owner, text: `${text} of ${owner}` })),
    );
    return { name, flaw, items };
  });
  const requests: string[] = [];

  async function reply(request: IncomingMessage): Promise<Reply> {
    const path = (request.url ?? "").split("?", 1).join();
    if (path === "/openapi.json") return { status: 200, body: backendDocument(Object.keys(flaws)) };
    if (path === "/v1/health") return { status: 200, body: { status: "fine" } };
    const collection = collections.find((candidate) => isInCollection(candidate, path));
    if (collection === undefined) return { status: 404, body: { error: "no such page" } };
    const { method = "", headers } = request;
    return callCollection(
      collection,
      { method, path, headers, body: await textOf(request) },
      secret,
      () => ++lastId,
    );
  }

  const server = createServer(async (request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const { status, body } = await reply(request).catch(
      (): Reply => ({ status: 500, body: { error: "internal error" } }),
    );
    response.writeHead(status, {
      "content-type": "application/json; charset=utf-8",
      ...(status === 401 && { "www-authenticate": 'Bearer realm="backend"' }),
    });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    documentUrl: `${url}/openapi.json`,
    items: (name) => collections.find((collection) => collection.name === name)?.items ?? [],
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text;
}
