import { createHash } from "node:crypto";
import scalar from "@scalar/fastify-api-reference";
import type { FastifyInstance, RouteOptions } from "fastify";

/** The documentation page and its script: everything that is public under /docs. */
const docsRoutes: ReadonlySet<string> = new Set(["/docs", "/docs/", "/docs/js/scalar.js"]);

/**
 * Makes the documentation page public. Scalar registers these routes itself, without a way to pass their
 * `config`. Call it before the guard, which reads `config.public` when a route is added.
 */
export function makeDocsPublic(app: FastifyInstance): void {
  app.addHook("onRoute", (route: RouteOptions) => {
    if (docsRoutes.has(route.url)) route.config = { ...route.config, public: true };
  });
}

/** Serves a page at /docs to read and try the API. It loads nothing from other servers. */
export async function serveDocsPage(app: FastifyInstance): Promise<void> {
  app.addHook("onSend", async (_request, reply, payload) => {
    const type = reply.getHeader("content-type");
    if (typeof payload === "string" && typeof type === "string" && type.startsWith("text/html")) {
      reply.header("content-security-policy", pagePolicy(payload));
    }
    return payload;
  });
  await app.register(scalar, {
    routePrefix: "/docs",
    configuration: {
      url: "/openapi.json",
      pageTitle: "Usher tasks API",
      // Everything that calls another server is off.
      withDefaultFonts: false,
      telemetry: false,
      agent: { disabled: true },
      mcp: { disabled: true },
      showDeveloperTools: "never",
      hideClientButton: true,
      authentication: { preferredSecurityScheme: "bearer" },
    },
  });
}

/** Allows the page's own scripts (inline ones by their hash) and styles, and requests to this server only. */
function pagePolicy(html: string): string {
  const inline = inlineScripts(html).map(
    (script) => `'sha256-${createHash("sha256").update(script).digest("base64")}'`,
  );
  return [
    "default-src 'none'",
    `script-src 'self' ${inline.join(" ")}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** The content of each script without a `src`. */
function inlineScripts(html: string): string[] {
  const scripts: string[] = [];
  for (let at = html.indexOf("<script"); at !== -1; at = html.indexOf("<script", at)) {
    const start = html.indexOf(">", at);
    const end = html.indexOf("</script>", start);
    if (start === -1 || end === -1) break;
    if (!/\bsrc=/.test(html.slice(at, start))) scripts.push(html.slice(start + 1, end));
    at = end;
  }
  return scripts;
}
