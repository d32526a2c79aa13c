import type { Rule } from "./rule.ts";

/** What another site, a path, a header or a cache must not achieve. */
const rules: readonly Omit<Rule, "package">[] = [
  {
    id: "proxy-cross-site",
    text: "A request that the browser says another site has caused is refused",
    kept: [["proxy/same-site.ts", 'return site === "same-origin" ||', "return true ||"]],
  },
  {
    id: "proxy-typed-address",
    text: "A typed address reads, and changes nothing",
    kept: [["proxy/same-site.ts", "return isSafe(method) && !headers", "return !headers"]],
  },
  {
    id: "proxy-origin",
    text: "A request with the Origin of another site is refused",
    kept: [["proxy/same-site.ts", "if (origin !== null && !isOwn(origin)) return false;", ""]],
  },
  {
    id: "proxy-unknown-site",
    text: "A request that does not say where it comes from is refused",
    kept: [
      [
        "proxy/same-site.ts",
        'return isSafe(method) && isOwn(originOf(headers.get("referer")));',
        "return true;",
      ],
    ],
  },
  {
    id: "proxy-destination",
    text: "What the API returns is never a script, a style, a worker or a frame of the site",
    kept: [
      [
        "proxy/same-site.ts",
        "if (destination !== null && !destinations.includes(destination)) return false;",
        "",
      ],
    ],
  },
  {
    id: "proxy-path",
    text: "A path that can be read in two ways is refused",
    kept: [["proxy/path.ts", "!isUnambiguous(sent) || !isUnambiguous(pathname)", "false"]],
  },
  {
    id: "proxy-mount",
    text: "A path outside the proxy's is refused",
    kept: [["proxy/path.ts", "pathname !== mount &&", "false &&"]],
  },
  {
    id: "proxy-user",
    text: "Nothing is sent if the session is another user's than the page expects",
    kept: [["proxy/session.ts", "if (expected !== null && expected !== readSubject(token))", "if (false)"]],
  },
  {
    id: "proxy-cookies",
    text: "The browser's cookies stay behind",
    kept: [["proxy/request-headers.ts", "authorization cookie cookie2", "authorization cookie2"]],
  },
  {
    id: "proxy-forwarded",
    text: "A header that only a trusted proxy may send stays behind",
    kept: [["proxy/request-headers.ts", "forwarded forwarded-* x-forwarded x-forwarded-* x-real-*", ""]],
  },
  {
    id: "proxy-underscores",
    text: "A header with an underscore, which some servers read as another name, stays behind",
    kept: [["proxy/request-headers.ts", 'name.includes("_") || ', ""]],
  },
  {
    id: "proxy-connection",
    text: "A header that Connection names stays behind, in both directions",
    kept: [["proxy/hop-by-hop.ts", ", ...named.map((name) => name.trim())", ""]],
  },
  {
    id: "proxy-set-cookie",
    text: "The API sets no cookie of the site",
    kept: [["proxy/response-headers.ts", "set-cookie set-cookie2", ""]],
  },
  {
    id: "proxy-no-store",
    text: "No answer may be cached, and no refusal of the proxy either",
    kept: [["proxy/response-headers.ts", '"cache-control": "no-store",', ""]],
  },
  {
    id: "proxy-sandbox",
    text: "A document of the API runs no script in the site",
    kept: [
      [
        "proxy/response-headers.ts",
        "\"default-src 'none'; sandbox; frame-ancestors 'none'\"",
        '"frame-ancestors *"',
      ],
    ],
  },
];

export const proxyRules: readonly Rule[] = rules.map((rule) => ({ ...rule, package: "client" }));
