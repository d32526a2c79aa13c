import type { RequestListener, Server } from "node:http";
import { fileURLToPath } from "node:url";

/** What the server answers itself. Everything else is the page, and Vite's. */
const ownPaths = /^\/(?:api|health|config\.json)(?:[/?]|$)/;

/** The page out of its sources, reloading in the browser as they change. */
export interface DevelopmentPage {
  /**
   * Puts Vite in front of a listener, for what is the page's. It sends no Content-Security-Policy with it.
   */
  before(listener: RequestListener): RequestListener;
  close(): Promise<void>;
}

/**
 * Starts Vite inside of this process. Its socket for reloads shares the server's port. Never for production.
 */
export async function developPage(server: Server): Promise<DevelopmentPage> {
  // A development dependency: production installs do without it.
  const { createServer } = await import("vite");
  const vite = await createServer({
    root: fileURLToPath(new URL("../../..", import.meta.url)),
    appType: "spa",
    clearScreen: false,
    server: { middlewareMode: { server }, ws: { server } },
  });
  return {
    before: (listener) => (request, response) => {
      if (ownPaths.test(request.url ?? "")) return listener(request, response);
      vite.middlewares(request, response);
    },
    close: () => vite.close(),
  };
}
