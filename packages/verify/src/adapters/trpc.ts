import type {
  TRPCDefaultErrorShape,
  TRPCError,
  TRPCMiddlewareFunction,
  TRPCProcedureBuilder,
} from "@trpc/server";
import { createGuard } from "../access/guard.ts";
import type { GuardOptions } from "../access/guard-options.ts";
import { type Policy, readPolicies } from "../access/policies.ts";
import type { Principal, TokenClaims } from "../claims/principal.ts";
import { ConfigurationError, isAuthError } from "../errors.ts";
import type { Problem } from "../http/problem.ts";
import { createInputHold } from "./trpc/input.ts";
import { createLiveCalls } from "./trpc/live.ts";
import { checkedThroughout, readBuilder } from "./trpc/procedure.ts";
import { CallRefused, problemOf } from "./trpc/refused.ts";
import { readRequest, type TrpcRequest, type TrpcRequestInfo, type UsherContext } from "./trpc/request.ts";

export type { TrpcRequest, TrpcRequestInfo, UsherContext };

/** What `protect` adds to the context. */
export interface PrincipalContext<Claims = TokenClaims> {
  /** Who the verified token speaks for. */
  readonly principal: Principal<Claims>;
}

/**
 * An error's shape with the problem that the client is to switch on; absent where the guard refused nothing.
 */
export type UsherErrorShape = TRPCDefaultErrorShape & { data: { problem?: Problem } };

/** The guard in tRPC's idiom. All of it can be taken apart: no method uses `this`. */
export interface TrpcUsher<Claims = TokenClaims> {
  /**
   * Give it to the tRPC adapter, or spread its result into the context of your own. Of a WebSocket, the token
   * is that of the upgrade (`Authorization`, or `Sec-WebSocket-Protocol: bearer, <token>`) or of the
   * connection parameters (`token`).
   */
  readonly createContext: (options: {
    readonly req: TrpcRequest;
    readonly info?: TrpcRequestInfo;
  }) => UsherContext;
  /**
   * `const protectedProcedure = guard.protect(t.procedure)`: needs a valid token, and puts `principal` into
   * the context.
   *
   * Every owner field (`ownerParam`) of an input must be the principal's id, however deep it stands, also in
   * lists, maps and forms; a field that is spelt almost like it is refused to everybody. That is checked of
   * the input as the client sent it, and again behind each schema and each middleware: of what the procedure
   * gets. Does not look into files, streams and texts, nor at ids that have another name.
   *
   * @throws {ConfigurationError} What is no procedure builder of tRPC 11.
   */
  protect<
    Context extends UsherContext,
    Meta,
    Overrides,
    In,
    ParsedIn,
    Out,
    ParsedOut,
    Caller extends boolean,
  >(
    procedure: TRPCProcedureBuilder<Context, Meta, Overrides, In, ParsedIn, Out, ParsedOut, Caller>,
  ): TRPCProcedureBuilder<
    Context,
    Meta,
    Overrides & PrincipalContext<Claims>,
    In,
    ParsedIn,
    Out,
    ParsedOut,
    Caller
  >;
  /**
   * `protectedProcedure.use(guard.require(requireScopes("tasks:write")))`: what a procedure asks for besides.
   *
   * @throws {ConfigurationError} What is no policy, or none at all.
   */
  require(
    ...policies: readonly Policy<Claims>[]
  ): TRPCMiddlewareFunction<UsherContext & PrincipalContext<Claims>, object, object, object, unknown>;
  /** `initTRPC.create({ errorFormatter: guard.formatError })`: adds the problem as `data.problem`. */
  readonly formatError: (options: { error: TRPCError; shape: TRPCDefaultErrorShape }) => UsherErrorShape;
  /** Give it to the tRPC adapter: the challenge of RFC 6750 and the other headers of a refusal. */
  readonly responseMeta: (options: { readonly errors: readonly TRPCError[] }) => {
    headers?: Record<string, string>;
  };
}

/** What a guard found out about a call. */
interface Admission<Claims> {
  readonly principal: Principal<Claims>;
  readonly request: TrpcRequest;
  /** The input that was checked as the client sent it. */
  readonly getRawInput: Call["getRawInput"];
}

/**
 * The context of a call. Each guard keeps its admission there under a symbol of its own, whatever the app's
 * middlewares do.
 */
type CallContext = Partial<UsherContext> & { readonly [admission: symbol]: unknown };

/** What a middleware of this guard is called with. */
interface Call {
  readonly ctx: CallContext;
  readonly input: unknown;
  readonly type: string;
  getRawInput(): Promise<unknown>;
  next(changes?: object): Promise<unknown>;
}

/**
 * A guard for tRPC procedures (tRPC 11). tRPC has no place for what holds for every procedure: make
 * `guard.protect(t.procedure)` the only procedure that your routers import, beside one that is called
 * `publicProcedure`. The name of a procedure that does not exist is answered 404 without a token.
 * `ownerParam` names the input field that is the user's id.
 *
 * A subscription ends when its token expires or is revoked: over HTTP with the error of a refused call, and
 * over a WebSocket by closing it with 4401, upon which tRPC's client connects anew, with a fresh token.
 *
 * @throws {ConfigurationError} A bad option.
 *
 * @example
 * ```ts
 * import { initTRPC } from "@trpc/server";
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import { type UsherContext, usher } from "@usher-auth/verify/trpc";
 *
 * const guard = usher({ verifier: verifierFromEnv(), ownerParam: "userId" });
 * const t = initTRPC.context<UsherContext>().create({ errorFormatter: guard.formatError });
 * const protectedProcedure = guard.protect(t.procedure);
 * export const router = t.router({ me: protectedProcedure.query(({ ctx }) => ctx.principal.id) });
 * ```
 */
export function usher<Claims = TokenClaims>(options: GuardOptions<Claims, TrpcRequest>): TrpcUsher<Claims> {
  const guard = createGuard<Claims, TrpcRequest>(options);
  const holdInput = createInputHold(guard.ownerParams);
  const live = createLiveCalls(guard, options.verifier, refuse);
  const admission: unique symbol = Symbol("usher.admission");

  return {
    createContext: ({ req, info }) => ({ unverified: readRequest(req, info) }),
    protect: (procedure) => checkedThroughout(readBuilder(procedure).use(admit), hold) as never,
    require(...policies) {
      const access = { params: {}, ownerParams: [], policies: readPolicies(policies, "require") };
      if (access.policies.length === 0) throw new ConfigurationError("require: name at least one policy.");
      return ({ ctx, next }) => {
        const { principal, request } = admissionOf(ctx);
        return orRefuse(request, () => guard.authorize(principal, access), next);
      };
    },
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

  /** The first middleware of a protected procedure. */
  async function admit({ ctx, input, type, getRawInput, next }: Call): Promise<unknown> {
    if (ctx.unverified === undefined)
      throw new Error("usher: the context has nothing of guard.createContext(...).");
    const { request, ...credentials } = ctx.unverified;
    let principal: Principal<Claims>;
    try {
      principal = await guard.admit({ ...credentials, params: {}, ownerParams: [], source: request });
    } catch (error) {
      throw refuse(error, request);
    }
    // Read only now: nobody's body is parsed before the token is known to be good.
    const raw = guard.ownerParams.length === 0 ? undefined : await getRawInput();
    const check = (): void => {
      holdInput(principal.id, raw);
      holdInput(principal.id, input);
    };
    const admitted: Admission<Claims> = { principal, request, getRawInput };
    return orRefuse(request, check, () =>
      live({ ...credentials, request, type, principal }, () =>
        next({ ctx: { principal, [admission]: admitted } }),
      ),
    );
  }

  /** Behind everything that may have made another input. */
  async function hold({ ctx, input, getRawInput, next }: Call): Promise<unknown> {
    const { principal, request, getRawInput: checked } = admissionOf(ctx);
    const raw = getRawInput === checked ? undefined : await getRawInput();
    const check = (): void => {
      holdInput(principal.id, raw);
      holdInput(principal.id, input);
    };
    return orRefuse(request, check, next);
  }

  function admissionOf(context: object): Admission<Claims> {
    const found = (context as CallContext)[admission];
    if (found === undefined) throw new Error("usher: this guard's protect(...) does not stand before this.");
    return found as Admission<Claims>;
  }

  async function orRefuse<Result>(
    request: TrpcRequest,
    check: () => void,
    next: () => Promise<Result>,
  ): Promise<Result> {
    try {
      check();
    } catch (error) {
      throw refuse(error, request);
    }
    return next();
  }

  function refuse(error: unknown, request: TrpcRequest): unknown {
    return isAuthError(error) ? new CallRefused(guard.refuse(error, request), error) : error;
  }
}
