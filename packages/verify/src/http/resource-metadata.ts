import { ConfigurationError } from "../errors.ts";
import { isLoopback, isNonEmptyString, isScope, stringList } from "../option-values.ts";
import type { PreparedResponse } from "./problem.ts";

/**
 * This API as an OAuth protected resource (RFC 9728), so that an OAuth or MCP client finds the issuer.
 *
 * Its URLs are public names that clients compare and trust. So there is no `allowInsecureHosts`: a client
 * that reads the metadata over plain http can be sent to another issuer. In a container network, use the
 * public URLs; the API's own address is not among them.
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

/** @throws {ConfigurationError} An invalid URL, list or text. */
export function readProtectedResource(options: ProtectedResource): ResourceMetadata {
  const { resource, authorizationServers } = options ?? ({} as Partial<ProtectedResource>);
  const { origin, pathname } = readIdentifier(resource, "resource");
  const issuers = stringList(
    authorizationServers,
    "protectedResource: authorizationServers must be the issuer's URL, or a list of them.",
  );
  for (const issuer of issuers) readIdentifier(issuer, "authorizationServers");
  // Section 3.1: the well-known path comes between the host and the resource's path, without its last slash
  // if that is all there is. Some clients drop the last slash of a longer path too.
  const path = `${wellKnown}${pathname === "/" ? "" : pathname}`;
  const withoutSlash = path.endsWith("/") ? path.slice(0, -1) : path;
  const document = documentOf(metadataOf(options, issuers));
  const responses = new Map([
    ["GET", document],
    ["HEAD", withoutBody(document)],
    ["OPTIONS", preflight],
  ]);
  return {
    url: `${origin}${path}`,
    respond: (method, requested) =>
      requested === path || requested === withoutSlash ? responses.get(method) : undefined,
  };
}

/** Section 2. */
function metadataOf(options: ProtectedResource, issuers: readonly string[]): object {
  const { resource, scopes, name, documentation } = options;
  return {
    resource,
    authorization_servers: issuers,
    bearer_methods_supported: ["header"],
    ...(scopes !== undefined && { scopes_supported: readScopes(scopes) }),
    ...(name !== undefined && { resource_name: readText(name) }),
    ...(documentation !== undefined && {
      resource_documentation: readUrl(documentation, "documentation").href,
    }),
  };
}

/** Public, and the same for everyone. Clients in a browser read it from other origins. */
function documentOf(metadata: object): PreparedResponse {
  const headers = Object.freeze({
    "content-type": "application/json",
    "cache-control": "public, max-age=3600",
    "access-control-allow-origin": "*",
  });
  return Object.freeze({ status: 200, headers, body: JSON.stringify(metadata) });
}

/** RFC 9110 section 8.6: the length is that of GET. Some servers would send 0. */
function withoutBody({ status, headers, body }: PreparedResponse): PreparedResponse {
  const length = String(new TextEncoder().encode(body).length);
  return Object.freeze({
    status,
    headers: Object.freeze({ ...headers, "content-length": length }),
    body: "",
  });
}

const preflight: PreparedResponse = Object.freeze({
  status: 204,
  headers: Object.freeze({
    "access-control-allow-origin": "*",
    "access-control-allow-methods": "GET, HEAD",
    "access-control-allow-headers": "*",
  }),
  body: "",
});

/** @throws {ConfigurationError} Not https, or http on this machine. */
function readUrl(value: unknown, name: string): URL {
  const url = isNonEmptyString(value) ? URL.parse(value) : null;
  if (url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url.hostname))) return url;
  throw new ConfigurationError(`protectedResource: ${name} must be an https URL, or http on this machine.`);
}

/**
 * Reads a URL that others compare, character by character: as `aud` and `iss`, and with the URL that a client
 * asked (section 3.3). In another spelling, it would be another one.
 *
 * @throws {ConfigurationError} Not a URL, or one with credentials, a query or a fragment.
 */
function readIdentifier(value: unknown, name: string): URL {
  const url = readUrl(value, name);
  const { origin, pathname } = url;
  const written = `${origin}${pathname}`;
  if (value === written || value === origin) return url;
  throw new ConfigurationError(
    `protectedResource: ${name} must be written as ${JSON.stringify(pathname === "/" ? origin : written)}: clients compare each character.`,
  );
}

function readScopes(scopes: readonly string[]): readonly string[] {
  if (Array.isArray(scopes) && scopes.length > 0 && scopes.every(isScope)) return scopes;
  throw new ConfigurationError('protectedResource: scopes must be a list of scopes, such as "tasks:read".');
}

function readText(value: string): string {
  if (isNonEmptyString(value)) return value;
  throw new ConfigurationError("protectedResource: name must be a non-empty string.");
}
