import type { RequestListener } from "node:http";
import { createVerifier, remoteJwks } from "@usher-auth/verify";
import type { ProtectedResource } from "@usher-auth/verify/guard";
import { createRevocations, memoryRevocationStore } from "@usher-auth/verify/revocation";
import { onTestFinished } from "vitest";
import { listen, startAuthorizationServer } from "./authorization-server.ts";

type Setup = {
  /** The path of the protected resource. */
  path: string;
  /** What a program can ask for. */
  scopes: string[];
  /** What every access token needs. */
  baseScopes: string[] | null;
};

/** A real Better Auth, and the address and the verifier of an API that `serve` starts. */
export async function startEnvironment({ path, scopes, baseScopes }: Setup) {
  let handle: RequestListener = (_request, response) => void response.writeHead(503).end();
  const api = await listen((request, response) => handle(request, response));
  const resource = `${api}${path}`;
  const authorization = await startAuthorizationServer({
    resource,
    audience: api,
    logoutEndpoint: `${api}/backchannel-logout`,
    scopes,
  });
  const revocations = createRevocations({ store: memoryRevocationStore(), maxTokenAge: 3600 });
  onTestFinished(() => revocations.close());
  const verifier = createVerifier({
    keys: remoteJwks(`${authorization.issuer}/jwks`),
    issuer: authorization.url,
    audience: api,
    accessTokens: { issuer: authorization.issuer, audience: resource, scopes: baseScopes },
    revocations,
  });
  await verifier.ready();
  const protectedResource: ProtectedResource = {
    resource,
    authorizationServers: authorization.issuer,
    scopes,
  };
  const serve = (listener: RequestListener) => {
    handle = listener;
  };
  return { api, resource, authorization, verifier, protectedResource, serve };
}
