import { type TRPCDefaultErrorShape, TRPCError, type TRPCMiddlewareFunction } from "@trpc/server";
import { AuthError } from "../errors.ts";
import { combinedAuthorization } from "../fetch-messages.ts";
import { createGuard, type GuardOptions } from "../guard.ts";
import { authorizationFields } from "../node-headers.ts";
import type { Policy } from "../policy.ts";
import type { Principal, TokenClaims } from "../principal.ts";
import type { Problem, Refusal } from "../problem.ts";
import { hasQueryToken } from "../query-token.ts";

type NodeRequest = { readonly rawHeaders: readonly string[]; readonly url?: string | undefined };
type WebRequest = Pick<Request, "headers" | "url">;

/** The request as tRPC's adapters hand it to `createContext`: of Node and Express, of Fastify, or of fetch. */
export type TrpcRequest = NodeRequest | { readonly raw: NodeRequest } | WebRequest;

/** What {@link TrpcUsher.protect} needs in the context of a call. Says nothing of who called: nothing is verified yet. */
export interface UsherContext {
  readonly unverified: Pick<
    Parameters<ReturnType<typeof createGuard>["admit"]>[0],
    "authorization" | "tokenInQuery"
  > & {
    readonly request: TrpcRequest;
  };
}

/** What `protect` adds to the context. */
export interface PrincipalContext<Claims = TokenClaims> {
  /** Who the verified token speaks for. */
  readonly principal: Principal<Claims>;
}

/** An error's shape with the problem that the client is to switch on; absent where the guard refused nothing. */
export type UsherErrorShape = TRPCDefaultErrorShape & { data: { problem?: Problem } };

/** The guard in tRPC's idiom. All of it can be taken apart: no method uses `this`. */
export interface TrpcUsher<Claims = TokenClaims> {
  /** Give it to the tRPC adapter, or spread its result into the context of your own. */
  readonly createContext: (options: { readonly req: TrpcRequest }) => UsherContext;
  /**
   * `t.procedure.use(guard.protect)`: needs a valid token, and puts `principal` into the context. An owner field
   * (`ownerParam`) that the input has must be the principal's id: the input as the client sent it or, after `.input()`,
   * as the schema left it. Use it in both places where a schema changes that field or takes FormData.
   */
  readonly protect: TRPCMiddlewareFunction<UsherContext, object, object, PrincipalContext<Claims>, unknown>;
  /** `protectedProcedure.use(guard.require(requireScopes("tasks:write")))`: what a procedure asks for besides. */
  require(
    ...policies: readonly Policy<Claims>[]
  ): TRPCMiddlewareFunction<UsherContext & PrincipalContext<Claims>, object, object, object, unknown>;
  /** `initTRPC.create({ errorFormatter: guard.formatError })`: adds the problem as `data.problem`. */
  readonly formatError: (options: { error: TRPCError; shape: TRPCDefaultErrorShape }) => UsherErrorShape;
  /** Give it to the tRPC adapter: the challenge of RFC 6750 and the other headers of a refusal. */
  readonly responseMeta: (options: { readonly errors: readonly TRPCError[] }) => { headers?: Record<string, string> };
}

/** A call turned away: tRPC's error, with the answer that the guard has for it. */
class CallRefused extends TRPCError {
  readonly refusal: Refusal;

  constructor(refusal: Refusal, cause: AuthError) {
    super({ code: trpcCodes[refusal.status] ?? "UNAUTHORIZED", message: problemOf(refusal).detail, cause });
    this.refusal = refusal;
  }
}

/** tRPC picks the HTTP status by its own codes. */
const trpcCodes: Readonly<Record<number, TRPCError["code"]>> = {
  400: "BAD_REQUEST",
  401: "UNAUTHORIZED",
  403: "FORBIDDEN",
  404: "NOT_FOUND",
  503: "SERVICE_UNAVAILABLE",
};

/**
 * A guard for tRPC procedures. tRPC has no place for what holds for every procedure: make `t.procedure.use(guard.protect)`
 * the only procedure that your routers import, beside one that is called `publicProcedure`. The name of a procedure that
 * does not exist is answered 404 without a token. `ownerParam` names the input field that is the user's id.
 *
 * A token is verified when a call begins: a subscription goes on when it expires.
 *
 * @throws {ConfigurationError} A bad option.
 */
export function usher<Claims = TokenClaims>(options: GuardOptions<Claims, TrpcRequest>): TrpcUsher<Claims> {
  const guard = createGuard<Claims, TrpcRequest>(options);

  return {
    createContext: ({ req }) => ({ unverified: readRequest(req) }),
    async protect({ ctx, input, getRawInput, next }) {
      const { request, ...credentials } = ctx.unverified;
      let principal: Principal<Claims>;
      try {
        principal = await guard.admit({ ...credentials, params: {}, ownerParams: [], source: request });
      } catch (error) {
        throw refuse(error, request);
      }
      // Read only now: nobody's body is parsed before the token is known to be good.
      const params = asParams(input ?? (await getRawInput()));
      const ownerParams = guard.ownerParams.filter((name) => Object.hasOwn(params, name));
      return authorized(principal, { params, ownerParams }, request, () => next({ ctx: { principal } }));
    },
    require:
      (...policies) =>
      async ({ ctx, next }) =>
        authorized(ctx.principal, { params: {}, ownerParams: [], policies }, ctx.unverified.request, next),
    formatError({ error, shape }) {
      if (!(error instanceof CallRefused)) return shape;
      return { ...shape, data: { ...shape.data, problem: problemOf(error.refusal) } };
    },
    responseMeta({ errors }) {
      const refused = errors.find((error) => error instanceof CallRefused);
      if (refused === undefined) return {};
      const { "content-type": _theProblemIsInsideOfTheEnvelope, ...headers } = refused.refusal.headers;
      return { headers };
    },
  };

  function authorized<Result>(
    principal: Principal<Claims>,
    access: Parameters<typeof guard.authorize>[1],
    request: TrpcRequest,
    next: () => Promise<Result>,
  ): Promise<Result> {
    try {
      guard.authorize(principal, access);
    } catch (error) {
      throw refuse(error, request);
    }
    return next();
  }

  function refuse(error: unknown, request: TrpcRequest): unknown {
    return error instanceof AuthError ? new CallRefused(guard.refuse(error, request), error) : error;
  }
}

function readRequest(request: TrpcRequest): UsherContext["unverified"] {
  const node = "raw" in request ? request.raw : request;
  const authorization =
    "rawHeaders" in node ? authorizationFields(node.rawHeaders) : combinedAuthorization(node.headers);
  return { authorization, tokenInQuery: hasQueryToken(node.url ?? ""), request };
}

function asParams(input: unknown): Record<string, unknown> {
  return typeof input === "object" && input !== null ? (input as Record<string, unknown>) : {};
}

function problemOf(refusal: Refusal): Problem {
  return JSON.parse(refusal.body) as Problem;
}
