import { DestinationError } from "../errors.ts";
import { type InsecureHosts, mayUseHttp, readInsecureHosts } from "./insecure-hosts.ts";
import { type ParsedUrl, parseUrl } from "./parse-url.ts";

/** Where requests may go: the origin of `baseURL`, at or below its path. */
export type Destination = {
  /** Resolves an input to an absolute URL. Throws {@link DestinationError} if it is outside. */
  resolve(input: string | URL): ParsedUrl;
};

/**
 * Parses and checks `baseURL`.
 *
 * @param allowInsecureHosts - host names that may use plain http, like loopback
 * @throws {TypeError} The URL is not absolute; is not https (or http on a loopback or an allowed host); or
 *   has a user name, password, query or fragment. An entry of `allowInsecureHosts` is not an exact host name.
 */
export function createDestination(
  baseURL: string | URL,
  allowInsecureHosts?: readonly string[] | undefined,
): Destination {
  const base = parseBase(baseURL, readInsecureHosts(allowInsecureHosts));
  return {
    resolve(input) {
      const url = parseInput(input, base);
      if (url === undefined) throw new DestinationError("The request's URL is invalid");
      requireInside(url, base);
      return url;
    },
  };
}

function parseBase(baseURL: string | URL, hosts: InsecureHosts): ParsedUrl {
  const base = parseUrl(String(baseURL));
  if (base === undefined)
    throw new TypeError("baseURL must be an absolute URL such as https://api.example.com/");
  if (base.protocol !== "https:" && base.protocol !== "http:")
    throw new TypeError("baseURL must be an https URL");
  if (base.protocol === "http:" && !mayUseHttp(base.hostname, hosts)) {
    throw new TypeError(
      "baseURL must be https, or http on this machine (localhost) or on a host in allowInsecureHosts: " +
        "over http, others on the network can read the token",
    );
  }
  if (base.username !== "" || base.password !== "")
    throw new TypeError("baseURL must not contain a user name or password");
  if (base.search !== "" || base.hash !== "")
    throw new TypeError("baseURL must not contain a query or a fragment");
  // Requests stay below this path, with or without its trailing slash.
  return base.pathname.endsWith("/") ? base : (parseUrl(`${base.origin}${base.pathname}/`) ?? base);
}

/**
 * `tasks` and `/tasks` both mean a path below the base. Everything else, including `//host` and
 * `https:\\host`, is parsed by the URL standard and then compared with the base.
 */
function parseInput(input: string | URL, base: ParsedUrl): ParsedUrl | undefined {
  const text = String(input);
  const isRootedPath = /^\/(?![/\\])/.test(text);
  const standard = parseUrl(text, base);
  // The parser removes tabs and line breaks, so "/\t/host" is "//host". The parsed URL decides, not the text.
  if (!isRootedPath || standard?.origin !== base.origin) return standard;
  return parseUrl(`.${text}`, base);
}

function requireInside(url: ParsedUrl, base: ParsedUrl): void {
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
