import { createVerifier, sharedSecret } from "@usher-auth/verify";
import { audience } from "../../support/better-auth.ts";
import type { Issuer } from "../../support/issuer.ts";
import { startServer } from "../../support/server.ts";

const userId = { name: "userId", in: "path", required: true };
const paths = { "/users/{userId}/notes": { get: { parameters: [userId] } } };
const logout = { "/backchannel-logout": { post: { security: [] } } };

/** What an API does, apart from answering. */
interface ApiSetup {
  /** Called with the user of each request that is accepted. */
  readonly onRequest?: (id: string) => unknown;
  /** Whether a session has ended. Its document then has an endpoint for logout tokens. */
  readonly hasEnded?: (sessionId: string) => boolean;
}

/** Starts an API that keeps its users apart, and resolves to the address of its document. */
export async function startApi(
  { secret, url: issuer }: Issuer,
  { onRequest = () => {}, hasEnded }: ApiSetup = {},
): Promise<string> {
  const verifier = createVerifier({ keys: sharedSecret(secret), issuer, audience });
  const document = { openapi: "3.1.0", paths: { ...paths, ...(hasEnded && logout) } };
  const url = await startServer(() => async (request, response) => {
    if (request.url === "/openapi.json") return response.end(JSON.stringify(document));
    const { authorization = "" } = request.headers;
    const verified = await verifier.verify(authorization.replace(/^Bearer /, "")).catch(() => undefined);
    const principal = hasEnded?.(verified?.sessionId ?? "") ? undefined : verified;
    const isOwn = principal !== undefined && request.url === `/users/${principal.id}/notes`;
    if (isOwn) await onRequest(principal.id);
    response.writeHead(principal === undefined ? 401 : isOwn ? 200 : 403, {
      "content-type": "application/json",
    });
    return response.end(isOwn ? "[]" : "{}");
  });
  return `${url}/openapi.json`;
}
