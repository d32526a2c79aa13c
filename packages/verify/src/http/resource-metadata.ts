import { ConfigurationError } from "../errors.ts";
import { isNonEmptyString, stringList } from "../option-values.ts";
import type { PreparedResponse } from "./problem.ts";

/**
 * This API as an OAuth protected resource (RFC 9728), so that an OAuth or MCP client finds the issuer.
 *
 * @example
 * ```ts
 * import type { ProtectedResource } from "@usher-auth/verify/guard";
 *
 * export const protectedResource: ProtectedResource = {
 *   resource: "https://api.example.com/mcp",
 *   authorizationServers: ["https://app.example.com/api/auth"],
 *   scopes: ["tasks:read", "tasks:write"],
 * };
 * ```
 */
export interface ProtectedResource {
  /**
   * The URL by which clients ask for a token for this API, and the `aud` of those tokens: https, or http on a
   * loopback address; without a query and a fragment.
   */
  readonly resource: string;
  /** The issuers, such as `https://app.example.com/api/auth` of Better Auth's OAuth provider. */
  readonly authorizationServers: string | readonly string[];
  /** The scopes that clients may ask for: `scopes_supported`. Default: not stated. */
  readonly scopes?: readonly string[];
  /** The name for people: `resource_name`. Default: not stated. */
  readonly name?: string;
  /** The URL of the documentation for developers: `resource_documentation`. Default: not stated. */
  readonly documentation?: string;
}

/** The metadata of a protected resource, ready to be served. */
export interface ResourceMetadata {
  /** Where it is served, for challenges. */
  readonly url: string;
  /**
   * The response to a request for the metadata; undefined for every other request.
   *
   * @param path The request's path, not decoded.
   */
  respond(method: string, path: string): PreparedResponse | undefined;
}

/** RFC 9728 section 3. */
const wellKnown = "/.well-known/oauth-protected-resource";

/** @throws {ConfigurationError} An invalid URL or list. */
export function readProtectedResource(options: ProtectedResource): ResourceMetadata {
  const { resource, scopes, name, documentation } = options;
  const { origin, pathname } = readUrl(resource, "resource");
  const issuers = stringList(
    options.authorizationServers,
    "protectedResource: authorizationServers must be the issuer's URL, or a list of them.",
  );
  for (const issuer of issuers) readUrl(issuer, "authorizationServers");
  // Section 3.1: the well-known path comes between the host and the resource's path.
  const path = `${wellKnown}${pathname === "/" ? "" : pathname}`;
  const body = JSON.stringify({
    resource,
    authorization_servers: issuers,
    bearer_methods_supported: ["header"],
    ...(scopes !== undefined && {
      scopes_supported: stringList(scopes, "protectedResource: scopes must be a list of scopes."),
    }),
    ...(name !== undefined && { resource_name: readText(name, "name") }),
    ...(documentation !== undefined && {
      resource_documentation: readUrl(documentation, "documentation").href,
    }),
  });
  // Public, and the same for everyone. Clients in a browser read it from other origins.
  const headers = Object.freeze({
    "content-type": "application/json",
    "cache-control": "public, max-age=3600",
    "access-control-allow-origin": "*",
  });
  const document: PreparedResponse = Object.freeze({ status: 200, headers, body });
  const preflight: PreparedResponse = Object.freeze({
    status: 204,
    headers: Object.freeze({
      "access-control-allow-origin": "*",
      "access-control-allow-methods": "GET, HEAD",
      "access-control-allow-headers": "*",
    }),
    body: "",
  });
  const withoutBody: PreparedResponse = Object.freeze({ ...document, body: "" });
  return {
    url: `${origin}${path}`,
    respond(method, requested) {
      if (requested !== path) return undefined;
      if (method === "GET") return document;
      if (method === "HEAD") return withoutBody;
      return method === "OPTIONS" ? preflight : undefined;
    },
  };
}

const loopback: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

function readUrl(value: string, name: string): URL {
  const url = isNonEmptyString(value) ? URL.parse(value) : null;
  const isSecure =
    url?.protocol === "https:" || (url?.protocol === "http:" && loopback.has(url?.hostname ?? ""));
  // `%22` would be a quote only if someone decoded it. URL.parse escapes quotes and control characters.
  if (url !== null && isSecure && url.search === "" && url.hash === "" && url.username === "") return url;
  throw new ConfigurationError(
    `protectedResource: ${name} must be an https URL without a query, or http on this machine.`,
  );
}

function readText(value: string, name: string): string {
  if (isNonEmptyString(value)) return value;
  throw new ConfigurationError(`protectedResource: ${name} must be a non-empty string.`);
}
