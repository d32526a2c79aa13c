import type {
  TRPCDefaultErrorShape,
  TRPCError,
  TRPCMiddlewareFunction,
  TRPCProcedureBuilder,
} from "@trpc/server";
import { createGuard } from "../access/guard.ts";
import type { GuardOptions } from "../access/guard-options.ts";
import { checkOwnerRule, type OwnerRule, readOwnerRule } from "../access/owner-rule.ts";
import { type Policy, readPolicies } from "../access/policies.ts";
import type { Principal, TokenClaims } from "../claims/principal.ts";
import { ConfigurationError, isAuthError } from "../errors.ts";
import type { PreparedResponse, Problem } from "../http/problem.ts";
import { createCallHost } from "./trpc/host.ts";
import { createInputCheck } from "./trpc/input.ts";
import { createLiveCalls } from "./trpc/live.ts";
import { checkedThroughout, readBuilder } from "./trpc/procedure.ts";
import { CallRefused, problemOf, type RefusedCall } from "./trpc/refused.ts";
import { readRequest, type TrpcRequest, type TrpcRequestInfo, type UsherContext } from "./trpc/request.ts";

export type { TrpcRequest, TrpcRequestInfo, UsherContext };

/**
 * What a protected procedure requires.
 *
 * @example
 * ```ts
 * import { requireClaim } from "@usher-auth/verify";
 * import type { ProcedureRules } from "@usher-auth/verify/trpc";
 *
 * const isSupport = requireClaim(({ role }) => role === "support", "role support");
 * export const rules: ProcedureRules = { owner: { or: [isSupport] } };
 * // guard.protect(t.procedure, rules)
 * ```
 */
export interface ProcedureRules<Claims = TokenClaims> {
  /** Who else may call it, although its input belongs to someone else. Default: no one. */
  readonly owner?: OwnerRule<Claims> | undefined;
}

/** What `optional` adds to the context. */
export interface OptionalPrincipalContext<Claims = TokenClaims> {
  /** The user of the verified token, or null if the request has none. */
  readonly principal: Principal<Claims> | null;
}

/** What `protect` adds to the context. */
export interface PrincipalContext<Claims = TokenClaims> {
  /** The user of the verified token. */
  readonly principal: Principal<Claims>;
}

/** An error's shape, with the problem if the guard rejected the call. Clients switch on its `code`. */
export type UsherErrorShape = TRPCDefaultErrorShape & { data: { problem?: Problem } };

/** The parts of the guard that a tRPC app uses. They can be destructured: no method uses `this`. */
export interface TrpcUsher<Claims = TokenClaims> {
  /**
   * Pass it to the tRPC adapter, or spread its result into your own context. For a WebSocket, the token is
   * that of the upgrade (`Authorization`, or `Sec-WebSocket-Protocol: bearer, <token>`) or of the connection
   * parameters (`token`).
   */
  readonly createContext: (options: {
    readonly req: TrpcRequest;
    readonly info?: TrpcRequestInfo;
  }) => UsherContext;
  /**
   * Creates the protected procedure, which requires a valid token and adds `principal` to the context: `const
   * protectedProcedure = guard.protect(t.procedure)`.
   *
   * Every owner field (`ownerParam`) of an input must be the principal's own, at any depth, also in lists,
   * maps and forms. An input with another spelling of the field is rejected for every user. The guard checks
   * the input as sent, and again after each schema and each middleware. Does not look into files, streams and
   * strings, and does not check ids in fields with other names.
   *
   * @param rules `{ owner }` says who else may call the procedure. It is for this procedure, and those that
   *   are built from it.
   * @throws {ConfigurationError} Not a procedure builder of tRPC 11, or an invalid owner rule.
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
    rules?: ProcedureRules<Claims>,
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
   * Creates a procedure for which a token is optional: `ctx.principal` is null in a call without one. A token
   * that is sent must be valid. Owner fields are not checked, since anyone may call it. Policies cannot be
   * required of it.
   *
   * @throws {ConfigurationError} Not a procedure builder of tRPC 11.
   */
  optional<
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
    Overrides & OptionalPrincipalContext<Claims>,
    In,
    ParsedIn,
    Out,
    ParsedOut,
    Caller
  >;
  /**
   * Creates a middleware that also requires policies:
   * `protectedProcedure.use(guard.require(requireScopes("tasks:write")))`.
   *
   * @throws {ConfigurationError} An invalid policy, or none.
   */
  require(
    ...policies: readonly Policy<Claims>[]
  ): TRPCMiddlewareFunction<UsherContext & PrincipalContext<Claims>, object, object, object, unknown>;
  /** Adds the problem as `data.problem`: `initTRPC.create({ errorFormatter: guard.formatError })`. */
  readonly formatError: (options: { error: TRPCError; shape: TRPCDefaultErrorShape }) => UsherErrorShape;
  /** Pass it to the tRPC adapter. Adds the challenge of RFC 6750 and the other headers of a rejection. */
  readonly responseMeta: (options: { readonly errors: readonly TRPCError[] }) => {
    headers?: Record<string, string>;
  };
  /**
   * The response to a request for the metadata of the protected resource (RFC 9728), which is public;
   * undefined for every other request. tRPC only gets the requests below its own path, so call this in your
   * server. Absent without `protectedResource`.
   *
   * @param path The request's path, not decoded.
   */
  readonly metadata?: (method: string, path: string) => PreparedResponse | undefined;
}

/** The result of a guard for a call that it accepted. */
interface Admission<Claims> {
  readonly principal: Principal<Claims>;
  readonly request: TrpcRequest;
  /** Who else may call the procedure. */
  readonly owner: OwnerRule<Claims> | undefined;
  /** The input as sent, which was checked. */
  readonly getRawInput: Call["getRawInput"];
}

/**
 * The context of a call. Each guard keeps its admission under its own symbol, which the app's middlewares
 * cannot overwrite.
 */
type CallContext = Partial<UsherContext> & { readonly [admission: symbol]: unknown };

/** What tRPC passes to a middleware. */
interface Call {
  readonly ctx: CallContext;
  /** The procedure's name, with those of its routers: `tasks.list`. */
  readonly path: string;
  readonly input: unknown;
  readonly type: string;
  getRawInput(): Promise<unknown>;
  next(changes?: object): Promise<unknown>;
}

/**
 * Guards tRPC 11 procedures. tRPC has no hook for every procedure, so make `guard.protect(t.procedure)` the
 * only procedure that your routers import, apart from a `publicProcedure`. `ownerParam` is the name of the
 * input field with the user's id, or several, each with its claim. A path such as `"where.orgId"` is only
 * that field of that parent. A procedure that does not exist is a 404, with or without a token.
 *
 * A subscription ends when its token expires or is revoked: over HTTP with the error of a rejected call, over
 * a WebSocket by closing it with code 4401. tRPC's client then connects again with a fresh token.
 *
 * @throws {ConfigurationError} An invalid option.
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
  const host = createCallHost();
  const guard = createGuard<Claims, TrpcRequest>(options, host);
  const checkInput = createInputCheck(guard.ownerParams);
  const live = createLiveCalls(guard, options.verifier, refuse);
  const admission: unique symbol = Symbol("usher.admission");

  return {
    createContext: ({ req, info }) => ({ unverified: readRequest(req, info) }),
    protect: (procedure, rules = {}) => {
      const owner = readOwnerRule(rules.owner, "protect");
      checkOwnerRule(owner, guard.ownerParams, "protect");
      return checkedThroughout(readBuilder(procedure).use(admitWith(owner)), recheck) as never;
    },
    optional: (procedure) => readBuilder(procedure).use(admitOptional) as never,
    require(...policies) {
      const access = { params: {}, ownerParams: [], policies: readPolicies(policies, "require") };
      if (access.policies.length === 0) throw new ConfigurationError("require: pass at least one policy.");
      return ({ ctx, path, next }) => {
        const { principal, request } = admissionOf(ctx);
        return orRefuse({ request, path }, () => guard.authorize(principal, access, request), next);
      };
    },
    formatError({ error, shape }) {
      if (!(error instanceof CallRefused)) return shape;
      return { ...shape, data: { ...shape.data, problem: problemOf(error.refusal) } };
    },
    responseMeta({ errors }) {
      const refused = errors.find((error) => error instanceof CallRefused);
      if (refused === undefined) return {};
      const { "content-type": _tRPCSetsItsOwn, ...headers } = refused.refusal.headers;
      return { headers };
    },
    ...(guard.metadata && { metadata: guard.metadata }),
  };

  /** Creates the first middleware of a protected procedure. */
  function admitWith(owner: OwnerRule<Claims> | undefined) {
    return async ({ ctx, input, path, type, getRawInput, next }: Call): Promise<unknown> => {
      const { request, ...credentials } = unverifiedOf(ctx);
      let principal: Principal<Claims>;
      try {
        const access = { params: {}, ownerParams: [] };
        principal = await host.during(path, () =>
          guard.admit({ ...credentials, ...access, source: request }),
        );
      } catch (error) {
        throw refuse(error, { request, path });
      }
      // Read only now, so that no body is parsed before the token is verified.
      const raw = guard.ownerParams.length === 0 ? undefined : await getRawInput();
      // A procedure that is protected twice has no exception.
      const rule = ctx[admission] === undefined ? owner : undefined;
      const admitted: Admission<Claims> = { principal, request, owner: rule, getRawInput };
      const check = (): void => checkFields(admitted, [raw, input]);
      return orRefuse({ request, path }, check, () =>
        live({ ...credentials, request, path, type, principal }, () =>
          next({ ctx: { principal, [admission]: admitted } }),
        ),
      );
    };
  }

  /** The first middleware of a procedure for which a token is optional. */
  async function admitOptional({ ctx, path, type, next }: Call): Promise<unknown> {
    const { request, ...credentials } = unverifiedOf(ctx);
    let principal: Principal<Claims> | null;
    try {
      principal = await host.during(path, () => guard.admitOptional({ ...credentials, source: request }));
    } catch (error) {
      throw refuse(error, { request, path });
    }
    const call = () => next({ ctx: { principal } });
    return principal === null ? call() : live({ ...credentials, request, path, type, principal }, call);
  }

  function unverifiedOf({ unverified }: CallContext): UsherContext["unverified"] {
    if (unverified === undefined)
      throw new Error("usher: the context does not contain the result of guard.createContext(...).");
    return unverified;
  }

  /** Runs after everything that may have changed the input. */
  async function recheck({ ctx, input, path, getRawInput, next }: Call): Promise<unknown> {
    const admitted = admissionOf(ctx);
    const raw = getRawInput === admitted.getRawInput ? undefined : await getRawInput();
    const call = { request: admitted.request, path };
    return orRefuse(call, () => checkFields(admitted, [raw, input]), next);
  }

  function checkFields(admitted: Admission<Claims>, inputs: readonly unknown[]): void {
    const { principal, request, owner } = admitted;
    for (const input of inputs) {
      checkInput((params, key) => {
        // A batch and a WebSocket make many calls with one request.
        guard.authorize(principal, { params, ownerParams: [key], owner }, request, admitted);
      }, input);
    }
  }

  function admissionOf(context: object): Admission<Claims> {
    const found = (context as CallContext)[admission];
    if (found === undefined)
      throw new Error("usher: this procedure is not protected by this guard's protect(...).");
    return found as Admission<Claims>;
  }

  async function orRefuse<Result>(
    call: RefusedCall,
    check: () => void,
    next: () => Promise<Result>,
  ): Promise<Result> {
    try {
      host.during(call.path, check);
    } catch (error) {
      throw refuse(error, call);
    }
    return next();
  }

  function refuse(error: unknown, { request, path }: RefusedCall): unknown {
    if (!isAuthError(error)) return error;
    return new CallRefused(
      host.during(path, () => guard.refuse(error, request)),
      error,
    );
  }
}
