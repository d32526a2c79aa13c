import { createHash } from "node:crypto";
import scalar from "@scalar/fastify-api-reference";
import type { FastifyInstance, RouteOptions } from "fastify";

/** The documentation page and its script: all that is public under /docs. */
const docsRoutes: ReadonlySet<string> = new Set(["/docs", "/docs/", "/docs/js/scalar.js"]);

/**
 * Lets everybody see the documentation page. Scalar adds those routes itself and takes no `config` for them,
 * hence this list, which must be in place before the guard: the guard notes what is public when a route is
 * added.
 */
export function openDocsToEverybody(app: FastifyInstance): void {
  app.addHook("onRoute", (route: RouteOptions) => {
    if (docsRoutes.has(route.url)) route.config = { ...route.config, public: true };
  });
}

/** A page at /docs to read the OpenAPI document in and try it. Everything on it comes from this server. */
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
      // Nothing that would call somebody else's server.
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

/**
 * Lets the page run its own scripts, the inline one by its hash, style itself, and call no server but this
 * one.
 */
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

/** What is between the tags of each script that has no address. */
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
