import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { makeTokens, type TokenSet } from "../../tokens.ts";

/** An issuer as every guard expects it: tokens, and over HTTP their keys and the metadata of OpenID Connect. */
export interface Issuer {
  readonly set: TokenSet;
  readonly jwksUrl: string;
  close(): void;
}

const jwksPath = "/api/auth/jwks";

/**
 * Serves the keys of an issuer on a free port, and makes tokens with RS256, the best algorithm that all
 * guards know: Oathkeeper 0.40 does not know EdDSA.
 */
export async function startIssuer(count: number): Promise<Issuer> {
  let documents: Readonly<Record<string, object>> = {};
  const server = createServer((request, response) => {
    const document = documents[request.url ?? ""];
    if (document === undefined) return response.writeHead(404).end();
    return response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(document));
  });
  server.listen(0, "127.0.0.1").unref();
  await once(server, "listening");
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const set = makeTokens("RS256", 830, count, issuer);
  documents = {
    // Oathkeeper only uses keys that state their use.
    [jwksPath]: { keys: set.issuer.jwks().keys.map((key) => ({ ...key, use: "sig" })) },
    "/.well-known/openid-configuration": {
      issuer,
      jwks_uri: issuer + jwksPath,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      response_types_supported: ["code"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["RS256"],
    },
  };
  return {
    set,
    jwksUrl: issuer + jwksPath,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
