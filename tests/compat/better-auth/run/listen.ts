/** In place of the package `listhen`, which is not installed here: what their tests use of it. */
import { createServer, type RequestListener } from "node:http";

export interface Listener {
  readonly url: string;
  close(): Promise<void>;
}

export async function listen(handler: RequestListener, { port }: { port: number }): Promise<Listener> {
  const server = createServer(handler);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, resolve);
  });
  return {
    url: `http://localhost:${port}/`,
    close: () => new Promise<void>((resolve) => server.close(() => resolve()).closeAllConnections()),
  };
}
