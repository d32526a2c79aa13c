import type { Principal, Verifier } from "@usher-auth/verify";
import type {
  AcceptEvent,
  LoggedRefusal,
  OwnerExceptionEvent,
  OwnerParam,
  ProtectedResource,
  RejectEvent,
} from "@usher-auth/verify/guard";
import type { RawRequest, RawResponse } from "./raw-request.ts";
import type { Trust } from "./trust.ts";

/** The options of a target's app. All except the last two are passed to its guard. */
export interface ContractOptions {
  readonly verifier: Verifier;
  readonly ownerParam: "userId";
  readonly concealOwnerMismatch?: boolean;
  readonly realm?: string;
  readonly log?: ((refusal: LoggedRefusal) => unknown) | false;
  readonly onReject?: (event: RejectEvent) => void;
  readonly onAccept?: (event: AcceptEvent) => void;
}

/** The options of a target's app of callers. All are passed to its guard. */
export interface CallersOptions {
  readonly verifier: Verifier;
  readonly ownerParam: OwnerParam & object;
  readonly protectedResource: ProtectedResource;
  readonly log?: NonNullable<ContractOptions["log"]>;
  readonly onOwnerException: (event: OwnerExceptionEvent) => void;
}

/** What a handler saw of its request, as its framework passed it. */
export interface HandlerView {
  /** Absent on a public route; null on a route with an optional token, if there was none. */
  readonly principal?: Principal | null;
  /** The route's parameters, each as the handler reads it. */
  readonly params?: Readonly<Record<string, unknown>>;
}

/** Every handler of a target calls this and responds with 200 and the result as JSON. */
export type Handle = (view: HandlerView) => object;

/** What a verifier is created from. */
export interface VerifierParts {
  readonly trust: Trust;
  readonly clock: () => number;
}

/** A running app. */
export interface ContractServer {
  /** `http://127.0.0.1:<port>`. */
  readonly origin: string;
  /** Replaces `sendRaw` if the app runs in another process. */
  send?(request: RawRequest): Promise<RawResponse>;
  close(): Promise<void>;
}

/**
 * The adapter of a framework under test: an app with the framework's own router, on a real socket.
 *
 * | route | guarded by |
 * | --- | --- |
 * | `GET /public` | nothing |
 * | `GET /echo/:userId/tasks`, `GET /echo/:userId/tasks/:taskId` | no owner check: they show how the router decodes a path |
 * | `GET /me` | the token |
 * | every method of `/api/:userId/tasks` | the token and the owner |
 * | `GET /api/:userId/tasks/:taskId` | the token and the owner |
 * | `GET /scoped` | the token and `requireScopes("tasks:write")` |
 * | `GET /role` | the token and `requireClaim`: the claim `role` is `admin` |
 * | `GET /api/:userId/scoped` | the token, the owner, and `requireScopes("tasks:read", "tasks:write")` |
 * | `GET /broken` | the token and a `requireClaim` that throws {@link brokenPolicy} |
 * | `GET /throws` | the token; its handler throws {@link handlerFailure}, and the app has no error handler |
 *
 * `/echo` always gets a valid token, so a target may put it behind a guard with `ownerParam: null`.
 */
export interface ContractTarget {
  readonly name: string;
  /** What the adapter tells logs and events about a request. */
  readonly tells: {
    readonly adapter: string;
    /** Whether it knows the route's pattern. Default: true. */
    readonly hasRoutes?: boolean;
  };
  /** `made` has the options that `options.verifier` was created with, for an app that creates its own. */
  start(options: ContractOptions, handle: Handle, made: VerifierParts): Promise<ContractServer>;
  /**
   * Reasons why behaviours do not apply to this framework, by the behaviour's name. Those tests are skipped
   * with the reason.
   */
  readonly exceptions?: Readonly<Record<string, string>>;
  /** The variants of an app of this framework, in a separate app. */
  readonly shapes: TargetShapes;
  /** Who may call what, in a separate app. */
  readonly callers: TargetCallers;
}

/**
 * An app whose routes are for different callers, with the rules of caller-rules.ts:
 *
 * | route | guarded by |
 * | --- | --- |
 * | `GET /me` | the token |
 * | `GET /users/:userId`, `GET /orgs/:orgId`, `GET /memberships/:memberOrg` | the token and the owner |
 * | `GET /orgs/:orgId/users/:userId` | the token, and the owner rule `orgAdmin` |
 * | `GET /support/:userId` | the token, and the owner rule `support` |
 * | `GET /clients/:userId` | the token, and the owner rule `clients` |
 * | `GET /greeting` | an optional token. Responds with `{ principal: <id or null> }` |
 * | `GET /recent`, `GET /personal`, `GET /client-scopes` | the token and the policies of that name |
 *
 * The guard serves the metadata of its protected resource.
 */
export interface TargetCallers {
  /** `made` has the options that `options.verifier` was created with, for an app that creates its own. */
  start(options: CallersOptions, handle: Handle, made: VerifierParts): Promise<ContractServer>;
}

/**
 * Paths of an app, by the way in which each is defined: in a plugin, a mounted app, a prefix, a second copy.
 */
export interface TargetShapes {
  /** `made` has the options that `options.verifier` was created with, for an app that creates its own. */
  start(options: ContractOptions, handle: Handle, made: VerifierParts): Promise<ContractServer>;
  /** Restricted to their owner: `{owner}` in the path. */
  readonly owned: Readonly<Record<string, string>> & { readonly "below another parameter": string };
  /** Guarded by `requireScopes("tasks:write")`. Accepts every user whose token grants it. */
  readonly scoped: Readonly<Record<string, string>>;
  /** Public. */
  readonly open: Readonly<Record<string, string>>;
  /**
   * Rejected for every user: the path omits an optional owner, spells the parameter differently, or has it
   * twice.
   */
  readonly rejected: Readonly<Record<string, string>>;
  /** Each adds a route that the guard does not allow, and throws a `ConfigurationError`. */
  readonly refusedAtStart?: Readonly<Record<string, (options: ContractOptions) => unknown>>;
}

/** Every target has these paths in `rejected` or `refusedAtStart`. */
export const alwaysRejected = ["an optional owner that is missing", "another spelling"] as const;

export const handlerFailure = "the handler failed";

/** A predicate as an application might have it, which throws when a claim is missing. */
export function brokenPolicy(): boolean {
  throw new Error("the policy is broken");
}
