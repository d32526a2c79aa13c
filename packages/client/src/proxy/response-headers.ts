import { bearerChallenge } from "../refusal/challenge.ts";
import { headerNames } from "./header-names.ts";
import { connectionFields } from "./hop-by-hop.ts";

/**
 * Headers of every answer. It is one user's data, and the API's content must not act as a page of this site:
 * a document that the API returns is shown in a sandbox, without scripts.
 */
export const protectiveHeaders = {
  "cache-control": "no-store",
  vary: "Cookie",
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin",
  "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
} as const;

/**
 * Headers of the API that stay behind: what speaks for this site (cookies, HSTS, CORS, service workers), what
 * the caches and servers in front of this one obey, and credentials.
 */
const staysBehind = headerNames(`
  set-cookie set-cookie2 set-login authorization proxy-* authentication-info
  strict-transport-security public-key-pins* expect-ct alt-svc alt-used clear-site-data service-worker-*
  access-control-* timing-allow-origin cross-origin-* origin-agent-cluster content-security-policy* x-frame-options
  permissions-policy* feature-policy document-policy* reporting-endpoints report-to nel accept-ch critical-ch
  refresh sourcemap x-sourcemap sec-* activate-storage-access attribution-reporting-* observe-browsing-topics
  speculation-rules use-as-dictionary
  expires pragma age surrogate-* cdn-* cloudflare-* vercel-* netlify-* edge-* akamai-* fastly-* cache-tag* x-cache-tag*
  x-accel-redirect x-accel-expires x-accel-limit-rate x-accel-charset x-sendfile* x-lighttpd-* x-litespeed-*
  x-reproxy-* x-middleware-* x-nextjs-* x-vercel-* x-sveltekit-*
`);

/** Encodings that `fetch` removes from a body. It leaves any other as it is. */
const decodedByFetch = /^(?:x-gzip|gzip|deflate|br|zstd)$/i;

/**
 * The headers of the answer to the browser.
 *
 * @param relocate - turns a `Location` of the API into one of this site
 */
export function responseHeaders(received: Headers, relocate: (location: string) => string): Headers {
  const isConnectionField = connectionFields(received);
  const headers = new Headers();
  for (const [name, value] of received) {
    if (!staysBehind(name) && !isConnectionField(name)) headers.append(name, value);
  }
  const codings = received.get("content-encoding")?.split(",") ?? [];
  if (codings.length > 0 && codings.every((coding) => decodedByFetch.test(coding.trim()))) {
    headers.delete("content-encoding");
    headers.delete("content-length");
  }
  const location = headers.get("location");
  if (location !== null) headers.set("location", relocate(location));
  const challenge = onlyBearer(headers.get("www-authenticate") ?? "");
  headers.delete("www-authenticate");
  if (challenge !== undefined) headers.set("www-authenticate", challenge);
  for (const [name, value] of Object.entries(protectiveHeaders)) headers.set(name, value);
  return headers;
}

/** For another scheme, such as Basic, a browser asks the user for a password on behalf of this site. */
function onlyBearer(header: string): string | undefined {
  if (/^bearer$/i.test(header)) return "Bearer";
  const parameters = [...bearerChallenge(header)].map(
    ([name, value]) => `${name}="${value.replace(/["\\]/g, "\\$&")}"`,
  );
  return parameters.length === 0 ? undefined : `Bearer ${parameters.join(", ")}`;
}
