import type { AuthorizationFields } from "../../bearer.ts";
import { authorizationOf, type NodeRequestLike } from "../../node-headers.ts";
import { hasQueryToken } from "../../query-token.ts";

type AnyRequest = NodeRequestLike & { readonly url?: string | undefined };

/** The request as tRPC's adapters hand it to `createContext`: of Node and Express, of Fastify, or of fetch. */
export type TrpcRequest = AnyRequest | { readonly raw: AnyRequest };

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
  const read = "raw" in request ? request.raw : request;
  return { authorization: authorizationOf(read), tokenInQuery: hasQueryToken(read.url), request };
}
