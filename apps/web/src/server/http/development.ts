import type { RequestListener, Server } from "node:http";
import { fileURLToPath } from "node:url";

/** The paths that the server answers itself. Vite answers the others. */
const ownPaths = /^\/(?:api|dev|health|config\.json)(?:[/?]|$)/;

/** The page, served from its sources and reloaded when they change. */
export interface DevelopmentPage {
  /**
   * Lets Vite answer the paths of the page. Vite sends no Content-Security-Policy.
   */
  before(listener: RequestListener): RequestListener;
  close(): Promise<void>;
}

/**
 * Starts Vite in this process, with its WebSocket on the server's port. Not for production.
 */
export async function developPage(server: Server): Promise<DevelopmentPage> {
  // A development dependency, not installed in production.
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
