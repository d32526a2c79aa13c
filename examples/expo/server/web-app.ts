import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** What `npm run build` has exported for browsers. */
const folder = fileURLToPath(new URL("../dist", import.meta.url));

const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".ico": "image/x-icon",
};

/** Serves the app in a browser. A path without a file gets the page, which says where the API is. */
export async function serveWebApp(
  request: IncomingMessage,
  response: ServerResponse,
  apiUrl: string,
): Promise<void> {
  const { pathname } = new URL(request.url ?? "/", "http://localhost");
  const name = extname(pathname) === "" ? "/index.html" : pathname;
  let content: Buffer | string | undefined = await readFile(join(folder, name)).catch(() => undefined);
  if (name === "/index.html")
    content = content?.toString().replace("</head>", `<meta name="api-url" content="${apiUrl}"></head>`);
  response.writeHead(content === undefined ? 404 : 200, {
    "content-type": types[extname(name)] ?? "text/plain",
  });
  response.end(content ?? "Run npm run build first.");
}
