import { DestinationError } from "./errors.ts";

/** Where requests may go: the origin of `baseURL`, at or below its path. */
export type Destination = {
  /**
   * The absolute URL of an input. Throws {@link DestinationError} when that is outside of the destination.
   */
  resolve(input: string | URL): URL;
};

/**
 * Reads and checks `baseURL` once.
 *
 * Throws a TypeError for a URL that is not absolute, is neither https nor (on a loopback host) http, or has a
 * user name, a query or a fragment.
 */
export function createDestination(baseURL: string | URL): Destination {
  const base = parseBase(baseURL);
  return {
    resolve(input) {
      const url = parseInput(input, base);
      if (url === undefined) throw new DestinationError("The request's URL cannot be read");
      requireInside(url, base);
      return url;
    },
  };
}

function parseBase(baseURL: string | URL): URL {
  if (!URL.canParse(String(baseURL)))
    throw new TypeError("baseURL must be an absolute URL such as https://api.example.com/");
  const base = new URL(baseURL);
  if (base.protocol !== "https:" && base.protocol !== "http:")
    throw new TypeError("baseURL must be an https URL");
  if (base.protocol === "http:" && !isLoopback(base.hostname)) {
    throw new TypeError(
      "baseURL must be https: over plain http anybody on the way can read the token (http is for localhost)",
    );
  }
  if (base.username !== "" || base.password !== "")
    throw new TypeError("baseURL must not contain a user name or password");
  if (base.search !== "" || base.hash !== "")
    throw new TypeError("baseURL must not contain a query or a fragment");
  // It is a folder that requests stay in, whether or not it was written with its closing slash.
  if (!base.pathname.endsWith("/")) base.pathname += "/";
  return base;
}

/**
 * RFC 6761 section 6.3 keeps `localhost` names on this machine; the URL parser has already normalised IP
 * addresses.
 */
function isLoopback(hostname: string): boolean {
  return (
    hostname === "localhost" ||
    hostname.endsWith(".localhost") ||
    hostname === "[::1]" ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname)
  );
}

/**
 * `tasks` and `/tasks` both mean a path below the base, as API clients have it; everything else, `//host` and
 * `https:\\host` among them, means what the URL standard says, and is then held to the base.
 */
function parseInput(input: string | URL, base: URL): URL | undefined {
  const text = String(input);
  const isRootedPath = /^\/(?![/\\])/.test(text);
  const standard = parse(text, base);
  // The parser drops tabs and line breaks, so "/\t/host" is "//host": what it makes of the text decides, not
  // the text.
  if (!isRootedPath || standard?.origin !== base.origin) return standard;
  return parse(`.${text}`, base);
}

function parse(text: string, base: URL): URL | undefined {
  return URL.canParse(text, base.href) ? new URL(text, base) : undefined;
}

function requireInside(url: URL, base: URL): void {
  if (url.origin !== base.origin) {
    throw new DestinationError(
      `The token is for ${base.origin} only: a request to another origin was not sent`,
    );
  }
  if (url.username !== "" || url.password !== "") {
    throw new DestinationError("A request whose URL has a user name or password was not sent");
  }
  if (!`${url.pathname}/`.startsWith(base.pathname)) {
    throw new DestinationError(
      `The token is for paths below ${base.pathname} only: a request outside was not sent`,
    );
  }
}
