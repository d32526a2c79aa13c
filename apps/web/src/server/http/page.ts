import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";
import { StartupError } from "../startup-error.ts";

/**
 * Serves the page that Vite built.
 *
 * Files under /assets have a hash of their content in their name, so browsers may cache them forever. All
 * others are revalidated. Any other URL that a browser navigates to gets the page, whose router handles it.
 *
 * @throws {StartupError} when the page has not been built
 */
export function servePage(folder: string): Hono {
  const root = resolve(folder);
  const index = readIndex(root);
  const app = new Hono();
  app.use(async (context, next) => {
    await next();
    const immutable = context.req.path.startsWith("/assets/") && context.res.ok;
    context.header("cache-control", immutable ? "public, max-age=31536000, immutable" : "no-cache");
  });
  app.get("*", serveStatic({ root }));
  app.get("*", (context) => {
    const navigation = context.req.header("accept")?.includes("text/html") ?? false;
    return navigation && !context.req.path.startsWith("/assets/") ? context.html(index) : context.notFound();
  });
  return app;
}

function readIndex(root: string): string {
  const file = join(root, "index.html");
  if (existsSync(file)) return readFileSync(file, "utf8");
  throw new StartupError(
    `the page is not built: ${file} does not exist. ` +
      'Run "npm start", which builds it, or "vite build" in apps/web.',
  );
}
