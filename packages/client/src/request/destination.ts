import { DestinationError } from "../errors.ts";

/** Where requests may go: the origin of `baseURL`, at or below its path. */
export type Destination = {
  /** Resolves an input to an absolute URL. Throws {@link DestinationError} if it is outside. */
  resolve(input: string | URL): URL;
};

/**
 * Parses and checks `baseURL`.
 *
 * @throws {TypeError} The URL is not absolute; is not https (or http on a loopback host); or has a user name,
 *   password, query or fragment.
 */
export function createDestination(baseURL: string | URL): Destination {
  const base = parseBase(baseURL);
  return {
    resolve(input) {
      const url = parseInput(input, base);
      if (url === undefined) throw new DestinationError("The request's URL is invalid");
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
      "baseURL must be https: over http, others on the network can read the token (localhost may use http)",
    );
  }
  if (base.username !== "" || base.password !== "")
    throw new TypeError("baseURL must not contain a user name or password");
  if (base.search !== "" || base.hash !== "")
    throw new TypeError("baseURL must not contain a query or a fragment");
  // Requests stay below this path, with or without its trailing slash.
  if (!base.pathname.endsWith("/")) base.pathname += "/";
  return base;
}

/** `localhost` names are loopback by RFC 6761 section 6.3. The URL parser has normalised IP addresses. */
function isLoopback(hostname: string): boolean {
  return (
    hostname === "localhost" ||
    hostname.endsWith(".localhost") ||
    hostname === "[::1]" ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname)
  );
}

/**
 * `tasks` and `/tasks` both mean a path below the base. Everything else, including `//host` and
 * `https:\\host`, is parsed by the URL standard and then compared with the base.
 */
function parseInput(input: string | URL, base: URL): URL | undefined {
  const text = String(input);
  const isRootedPath = /^\/(?![/\\])/.test(text);
  const standard = parse(text, base);
  // The parser removes tabs and line breaks, so "/\t/host" is "//host". The parsed URL decides, not the text.
  if (!isRootedPath || standard?.origin !== base.origin) return standard;
  return parse(`.${text}`, base);
}

function parse(text: string, base: URL): URL | undefined {
  return URL.canParse(text, base.href) ? new URL(text, base) : undefined;
}

function requireInside(url: URL, base: URL): void {
  if (url.origin !== base.origin) {
    throw new DestinationError(
      `The token is for ${base.origin} only: the request to another origin was not sent`,
    );
  }
  if (url.username !== "" || url.password !== "") {
    throw new DestinationError("The request was not sent: its URL has a user name or password");
  }
  if (!`${url.pathname}/`.startsWith(base.pathname)) {
    throw new DestinationError(
      `The token is for paths below ${base.pathname} only: the request was not sent`,
    );
  }
}
