import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { callShelf, type Flaw, type Item, isOnShelf, type Reply, type Shelf } from "./shelf.ts";
import { shelfDocument } from "./shelf-document.ts";

/** A backend on nothing but Node's http, with no Usher in it. */
export interface ShelfServer {
  readonly url: string;
  /** Of its OpenAPI 3.0 document. */
  readonly documentUrl: string;
  /** Everything on a shelf, whoever's. */
  items(shelf: string): Item[];
  /** Method and path of every request. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** Starts a backend with a shelf for each name, sound or with a flaw. Every user has two things on each. */
export async function startShelves(
  secret: string,
  flaws: Readonly<Record<string, Flaw | undefined>>,
  users: readonly string[],
): Promise<ShelfServer> {
  let lastId = 0;
  const shelves = Object.entries(flaws).map(([name, flaw]): Shelf => {
    const items = users.flatMap((owner) =>
      ["first", "second"].map((text) => ({ id: ++lastId, owner, text: `${text} of ${owner}` })),
    );
    return { name, flaw, items };
  });
  const requests: string[] = [];

  async function reply(request: IncomingMessage): Promise<Reply> {
    const path = (request.url ?? "").split("?", 1).join();
    if (path === "/openapi.json") return { status: 200, body: shelfDocument(Object.keys(flaws)) };
    if (path === "/v1/health") return { status: 200, body: { status: "fine" } };
    const shelf = shelves.find((candidate) => isOnShelf(candidate, path));
    if (shelf === undefined) return { status: 404, body: { error: "no such page" } };
    const { method = "", headers } = request;
    return callShelf(shelf, { method, path, headers, body: await textOf(request) }, secret, () => ++lastId);
  }

  const server = createServer(async (request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const { status, body } = await reply(request).catch(
      (): Reply => ({ status: 500, body: { error: "oops" } }),
    );
    response.writeHead(status, {
      "content-type": "application/json; charset=utf-8",
      ...(status === 401 && { "www-authenticate": 'Bearer realm="shelves"' }),
    });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    documentUrl: `${url}/openapi.json`,
    items: (name) => shelves.find((shelf) => shelf.name === name)?.items ?? [],
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
