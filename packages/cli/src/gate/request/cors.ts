import { CannotRun } from "../../command-line/command.ts";
import { valuesOf } from "./raw-headers.ts";

/** The gate's part of CORS (Fetch standard, section 3.3). */
export interface Cors {
  /** The answer to a preflight. Undefined: the request is none, or CORS is left to the backend. */
  preflight(method: string, rawHeaders: readonly string[]): PreflightResponse | undefined;
  /** Headers of any answer, the gate's own or the backend's, so that a page can read refusals too. */
  headersFor(rawHeaders: readonly string[]): Readonly<Record<string, string>>;
  /** Whether `Access-Control-*` of the backend's responses must be removed. */
  readonly ownsResponseHeaders: boolean;
}

/** A complete response. */
interface PreflightResponse {
  readonly status: number;
  /** In lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** For the operator: why the page may not send its request. */
  readonly hint?: string;
}

/** Characters of an origin in the log. */
const longestOrigin = 100;

const exposed = "WWW-Authenticate, Retry-After";
const varyOfPreflights = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";

/**
 * Creates the gate's CORS. Only pages of the given origins may read responses.
 *
 * - Every method and header is granted: what a caller may do is decided by their token, and a refusal of a
 *   method or a path should be readable. All text is static, and no preflight tells which paths exist.
 *   (`Authorization` must be named: `*` does not include it.)
 * - Credentials are not granted. A page sends the token itself, so that no cookie of the API's host is
 *   needed, and none can be used by a page. `cors: false` is for backends that live by cookies.
 * - Access to private networks is not granted either.
 *
 * @param origins Exact origins. False: CORS is left to the backend.
 * @throws {CannotRun} Not a list of exact origins.
 */
export function createCors(origins: readonly string[] | false): Cors {
  if (origins === false)
    return { preflight: () => undefined, headersFor: () => ({}), ownsResponseHeaders: false };
  const allowed = new Set(origins.map(readOrigin));

  function allowedOrigin(rawHeaders: readonly string[]): string | undefined {
    const [origin, ...others] = valuesOf(rawHeaders, "origin");
    return origin !== undefined && others.length === 0 && allowed.has(origin) ? origin : undefined;
  }

  return {
    preflight(method, rawHeaders) {
      if (method !== "OPTIONS" || valuesOf(rawHeaders, "access-control-request-method").length === 0)
        return undefined;
      const [sent] = valuesOf(rawHeaders, "origin");
      if (sent === undefined) return undefined;
      const origin = allowedOrigin(rawHeaders);
      if (origin !== undefined)
        return { status: 204, headers: { vary: varyOfPreflights, ...grantTo(origin) }, body: "" };
      const hint = `the page is of ${quote(sent)}, allowed are: ${[...allowed].join(", ") || "none"}`;
      return { status: 204, headers: { vary: varyOfPreflights }, body: "", hint };
    },

    headersFor(rawHeaders) {
      const origin = allowedOrigin(rawHeaders);
      if (origin === undefined) return { vary: "Origin" };
      return {
        vary: "Origin",
        "access-control-allow-origin": origin,
        "access-control-expose-headers": exposed,
      };
    },

    ownsResponseHeaders: true,
  };
}

function grantTo(origin: string): Record<string, string> {
  return {
    "access-control-allow-origin": origin,
    "access-control-allow-methods": "*",
    "access-control-allow-headers": "Authorization, *",
    "access-control-max-age": "7200",
  };
}

/** Anyone can send it, and as long as a header may be. */
function quote(origin: string): string {
  return JSON.stringify(origin.slice(0, longestOrigin));
}

/** Also `capacitor://localhost` and the like: apps whose pages come from the app itself. */
function readOrigin(origin: string): string {
  const isExact = /^[a-z][a-z0-9+.-]*:\/\/[a-z0-9._[\]:-]+$/.test(origin) && isCanonicalOrigin(origin);
  if (isExact) return origin;
  throw new CannotRun(
    `${JSON.stringify(origin)} is not an origin for CORS. Write scheme, host and perhaps a port, such as ` +
      "https://app.example.com: lower case, no path, no trailing slash, no wildcard.",
  );
}

function isCanonicalOrigin(origin: string): boolean {
  const url = URL.parse(origin);
  if (url === null) return false;
  return /^https?:$/.test(url.protocol) ? url.origin === origin : true;
}
