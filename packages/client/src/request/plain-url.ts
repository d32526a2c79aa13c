/** The members of a {@link URL} that the client reads. */
export type ParsedUrl = Readonly<
  Pick<
    URL,
    | "href"
    | "origin"
    | "protocol"
    | "host"
    | "hostname"
    | "username"
    | "password"
    | "pathname"
    | "search"
    | "hash"
  >
>;

/** RFC 3986 section 3, for http and https: ASCII hosts, and ports of up to five digits. */
const absolute = /^(https?):\/\/([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::(\d{1,5}))?(\/[^?#]*)?(\?[^#]*)?(#.*)?$/i;

/** What parsers read differently: control characters, and in a path `\` and dot segments. */
const ambiguous = /\p{Cc}|^[^?#]*\\|^[^?#]*\/(?:\.|%2e){1,2}(?:[/?#]|$)/iu;

/** Characters that RFC 3986 does not allow in a URL. */
const unsafe = /[^\w\-.~!$&'()*+,;=:@/?#[\]%]/gu;

/** The URL standard takes a host whose last label is a number for an IPv4 address, in any of its notations. */
const numeric = /(?:^|\.)(?:\d+|0x[\da-f]*)\.?$/i;
const ipv4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

/**
 * Parses a URL without the global `URL`: React Native's does not resolve dot segments, and takes `user@host`
 * for a host. Undefined if the URL is invalid, or if the network layer, which has its own parser, could
 * read another host or path: user names, backslashes, control characters, dot segments, hosts not in ASCII.
 *
 * The URL standard reads the same host, path and query in every URL that it returns.
 */
export function parsePlainUrl(text: string, base?: ParsedUrl): ParsedUrl | undefined {
  const resolved = resolve(text, base);
  if (text.startsWith(" ") || text.endsWith(" ") || ambiguous.test(resolved)) return undefined;
  const parts = absolute.exec(encode(resolved));
  if (parts === null) return undefined;
  const [, scheme = "", host = "", port = "", pathname = "/", query = "", fragment = ""] = parts;
  if (Number(port) > 65_535 || (numeric.test(host) && !ipv4.test(host))) return undefined;
  const protocol = `${scheme.toLowerCase()}:`;
  const hostname = host.toLowerCase();
  const isDefaultPort = port === "" || Number(port) === (protocol === "https:" ? 443 : 80);
  const authority = isDefaultPort ? hostname : `${hostname}:${Number(port)}`;
  const origin = `${protocol}//${authority}`;
  return {
    href: `${origin}${pathname}${query}${fragment}`,
    origin,
    protocol,
    host: authority,
    hostname,
    username: "",
    password: "",
    pathname,
    search: query === "?" ? "" : query,
    hash: fragment === "#" ? "" : fragment,
  };
}

/** RFC 3986 section 5.2, for a base that ends in a slash. */
function resolve(text: string, base: ParsedUrl | undefined): string {
  if (base === undefined || /^[a-z][a-z0-9+.-]*:/i.test(text)) return text;
  if (text.startsWith("//")) return base.protocol + text;
  if (text.startsWith("/")) return base.origin + text;
  return base.origin + base.pathname + text.replace(/^\.\//, "");
}

/** As UTF-8. Empty, which is no URL, if a surrogate is alone. */
function encode(text: string): string {
  try {
    return text.replace(unsafe, encodeURIComponent);
  } catch {
    return "";
  }
}
