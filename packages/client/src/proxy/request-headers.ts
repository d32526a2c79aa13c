import { headerNames } from "./header-names.ts";
import { connectionFields } from "./hop-by-hop.ts";

/**
 * Headers that stay behind:
 *
 * - Credentials: the API gets the token and nothing else.
 * - What only a trusted proxy may say: who the client is, which host and path were asked for. An API behind
 *   this proxy might believe it, and a page can write it.
 * - What is about the browser and this site (`Origin`, `Sec-*`), and about the framework's inner workings.
 * - What `fetch` sets itself.
 */
const isListed = headerNames(`
  authorization x-serverless-authorization cookie cookie2 proxy-* wl-proxy-* authentication-info
  forwarded forwarded-* x-forwarded x-forwarded-* x-real-* client-ip x-client-ip x-originating-ip x-cluster-*
  true-client-ip x-true-client-ip incap-client-ip do-connecting-ip via
  x-original-* x-rewrite-* x-override-url x-host x-http-host-override x-scheme x-url-scheme front-end-https
  x-script-name x-matched-path x-http-method* x-method-override x-sendfile-type x-accel-*
  akamai-* x-akamai-* cf-* cdn-* fastly-* fly-* x-nf-* x-vercel-* x-now-* x-arr-* x-azure-* x-appengine-*
  x-envoy-* l5d-* dapr-* x-amzn-oidc-* x-amzn-mtls-* x-amzn-request-context x-amzn-lambda-context
  x-goog-* x-apigateway-* x-endpoint-api-* x-ms-client-principal* x-ms-token-*
  remote-* x-remote-* x-auth-request-* x-authenticated-* x-webauth-* x-consumer-* x-credential-*
  x-anonymous-consumer x-userinfo x-authentik-* x-pomerium-* x-token-user-* tailscale-*
  client-cert* ssl-* x-ssl-* x-client-cert* x-client-verify x-client-dn tls-client-* x-tls-client-*
  origin referer sec-* access-control-* upgrade-insecure-requests purpose x-purpose
  usher-* x-usher-* x-middleware-* x-nextjs-* x-invoke-* next-* rsc x-prerender-revalidate* x-sveltekit-*
  x-react-router-* x-remix-* x-astro-* x-nuxt-* x-nitro-*
  host content-length expect accept-encoding
`);

/** The headers of the request to the API, with the user's token. */
export function requestHeaders(received: Headers, token: string): Headers {
  const isConnectionField = connectionFields(received);
  const headers = new Headers();
  for (const [name, value] of received) {
    if (!staysBehind(name) && !isConnectionField(name)) headers.append(name, value);
  }
  headers.set("authorization", `Bearer ${token}`);
  // So that a response arrives as the API sends it: with its length, its ranges, and each event at once.
  headers.set("accept-encoding", "identity");
  return headers;
}

/** Some servers read `x_user` as `x-user` (CGI), so a name with an underscore passes no check of names. */
function staysBehind(name: string): boolean {
  return name.includes("_") || isListed(name);
}
