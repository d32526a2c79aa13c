import { once } from "node:events";
import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";

export interface ServedSite extends AsyncDisposable {
  /** Without a slash at the end. */
  readonly url: string;
}

const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".md": "text/markdown; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

/** Serves the built site as static hosts do: `/guide/fastify` is the file `guide/fastify.html`. */
export async function serveSite(folder: string): Promise<ServedSite> {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://site").pathname);
    const candidates = path.endsWith("/") ? [`${path}index.html`] : [path, `${path}.html`];
    const file = candidates.map((candidate) => join(folder, candidate)).find(isFile);
    response.writeHead(file === undefined ? 404 : 200, {
      "content-type": types[extname(file ?? "404.html")] ?? "application/octet-stream",
    });
    createReadStream(file ?? join(folder, "404.html")).pipe(response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
