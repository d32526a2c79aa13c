/** Whether a header's name, in lower case, is in a list. */
type IsListed = (name: string) => boolean;

/**
 * @param list Names in lower case, separated by white space. `x-a-*` means all names that begin with `x-a-`.
 */
function headerNames(list: string): IsListed {
  const names = list.trim().split(/\s+/);
  const exact = new Set(names.filter((name) => !name.endsWith("*")));
  const families = new Set(names.filter((name) => name.endsWith("-*")).map((name) => name.slice(0, -1)));
  return (name) => exact.has(name) || hasPrefix(name, families);
}

/** Looks only at the first words of a name: no family has more, and a client may send thousands. */
function hasPrefix(name: string, families: ReadonlySet<string>): boolean {
  let dash = name.indexOf("-");
  for (let word = 0; word < 4 && dash !== -1; word += 1) {
    if (families.has(name.slice(0, dash + 1))) return true;
    dash = name.indexOf("-", dash + 1);
  }
  return false;
}

/** Fields of one connection, not of the message (RFC 9110 section 7.6.1), and what the gate has answered itself. */
export const isConnectionField: IsListed = headerNames(`
  connection http2-settings keep-alive proxy-connection te trailer transfer-encoding upgrade expect
`);

/**
 * What a server in front says about the connection: who the client is, which host, scheme and path were asked
 * for. A backend behind the gate might believe it. `Proxy` is here because CGI turns it into HTTP_PROXY.
 */
export const isServersWord: IsListed = headerNames(`
  forwarded forwarded-* x-forwarded x-forwarded-* x-real-* client-ip x-client-ip x-originating-ip x-cluster-*
  true-client-ip x-true-client-ip incap-client-ip do-connecting-ip x-remote-addr x-remote-ip via
  x-original-uri x-original-method x-original-host x-original-for x-original-proto x-original-remote-addr
  x-scheme x-url-scheme front-end-https x-script-name x-host x-http-host-override x-sendfile-type x-accel-*
  proxy proxy-* wl-proxy-* akamai-* x-akamai-* cf-* cdn-* fastly-* fly-* x-nf-* x-vercel-* x-now-*
  x-arr-* x-azure-* x-appengine-* x-envoy-* l5d-* dapr-* x-amzn-mtls-* x-amzn-request-context
  x-amzn-lambda-context x-apigateway-* client-cert client-cert-* ssl-* x-ssl-* x-client-cert x-client-cert-*
  x-client-verify x-client-dn tls-client-* x-tls-client-* tailscale-*
`);

/** What makes another request of this one: another method or another path than was judged. */
export const isOverride: IsListed = headerNames(`
  method-override x-method x-method-override x-http-method x-http-method-* http-method-override x-tunneled-method
  x-original-url x-original-path x-rewrite-* x-override-url x-request-uri x-waws-unencoded-url x-matched-path
  x-middleware-* x-invoke-* x-nextjs-* x-prerender-revalidate x-prerender-revalidate-* x-sveltekit-*
  x-react-router-* x-remix-* x-astro-* x-nuxt-* x-nitro-*
`);

/** Who the user is, in the words of other gateways. The gate has other names for it. */
export const isIdentity: IsListed = headerNames(`
  usher-* x-usher x-usher-* x-forwarded-user x-forwarded-email x-forwarded-groups
  x-forwarded-preferred-username x-forwarded-access-token remote-user remote-groups remote-name remote-email
  x-remote-user x-remote-user-* x-remote-group x-remote-groups x-remote-extra-* x-remote-name x-remote-email
  x-user x-user-id x-userid x-user-name x-username x-user-email x-user-role x-user-roles x-user-groups x-userinfo
  x-auth-user x-auth-username x-auth-userid x-auth-email x-auth-roles x-auth-request-user
  x-auth-request-email x-auth-request-groups x-auth-request-preferred-username x-auth-request-access-token
  x-authenticated-* x-webauth-* x-consumer-* x-credential-* x-anonymous-consumer x-authentik-* x-pomerium-*
  x-token-user-* x-jwt-* x-amzn-oidc-* x-goog-* x-endpoint-api-* x-ms-client-principal x-ms-client-principal-*
  x-ms-token-* x-serverless-authorization
`);

/**
 * Fields of the whole message that `Connection` must not name: if it could, a client would remove what was
 * judged, or change how the body is read.
 */
export const isProtected: IsListed = headerNames(`
  authorization cookie host origin content-*
`);
