import type { AuthorizationFields } from "../../bearer.ts";
import { combinedAuthorization } from "../../fetch-messages.ts";
import { authorizationFields } from "../../node-headers.ts";
import { hasQueryToken } from "../../query-token.ts";

type NodeRequest = { readonly rawHeaders: readonly string[]; readonly url?: string | undefined };
type WebRequest = Pick<Request, "headers" | "url">;

/** The request as tRPC's adapters hand it to `createContext`: of Node and Express, of Fastify, or of fetch. */
export type TrpcRequest = NodeRequest | { readonly raw: NodeRequest } | WebRequest;

/** What `guard.protect` needs in the context of a call. Says nothing of who called: nothing is verified yet. */
export interface UsherContext {
  readonly unverified: {
    readonly authorization: AuthorizationFields;
    readonly tokenInQuery: boolean;
    readonly request: TrpcRequest;
  };
}

/** For `createContext`. */
export function readRequest(request: TrpcRequest): UsherContext["unverified"] {
  const node = "raw" in request ? request.raw : request;
  const authorization =
    "rawHeaders" in node ? authorizationFields(node.rawHeaders) : combinedAuthorization(node.headers);
  return { authorization, tokenInQuery: hasQueryToken(node.url ?? ""), request };
}
