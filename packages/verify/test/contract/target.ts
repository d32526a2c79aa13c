import type { Principal, Verifier } from "@usher-auth/verify";
import type { AcceptEvent, RejectEvent } from "@usher-auth/verify/guard";
import type { RawRequest, RawResponse } from "./raw-request.ts";
import type { Trust } from "./trust.ts";

/** The options of a target's app. All except the last two are passed to its guard. */
export interface ContractOptions {
  readonly verifier: Verifier;
  readonly ownerParam: "userId";
  readonly concealOwnerMismatch?: boolean;
  readonly realm?: string;
  readonly onReject?: (event: RejectEvent) => void;
  readonly onAccept?: (event: AcceptEvent) => void;
}

/** What a handler saw of its request, as its framework showed it. */
export interface HandlerView {
  /** Absent on a public route. */
  readonly principal?: Principal;
  /** The route's parameters, each as the handler reads it. */
  readonly params?: Readonly<Record<string, unknown>>;
}

/** Every handler of a target calls this, and answers 200 with what it returns, as JSON. */
export type Handle = (view: HandlerView) => object;

/** What a verifier is made of. */
export interface VerifierParts {
  readonly trust: Trust;
  readonly clock: () => number;
}

/** A running app. */
export interface ContractServer {
  /** `http://127.0.0.1:<port>`. */
  readonly origin: string;
  /** In place of `sendRaw`, where more is to be done than to send: the app runs in another process. */
  send?(request: RawRequest): Promise<RawResponse>;
  close(): Promise<void>;
}

/**
 * A framework's adapter, under contract: an app with the framework's own router, on a real socket.
 *
 * | route | guarded by |
 * | --- | --- |
 * | `GET /public` | nothing |
 * | `GET /echo/:userId/tasks`, `GET /echo/:userId/tasks/:taskId` | nothing that knows an owner: they show what the router makes of a path |
 * | `GET /me` | the token |
 * | every method of `/api/:userId/tasks` | the token and the owner |
 * | `GET /api/:userId/tasks/:taskId` | the token and the owner |
 * | `GET /scoped` | the token and `requireScopes("tasks:write")` |
 * | `GET /role` | the token and `requireClaim`: the claim `role` is `admin` |
 * | `GET /api/:userId/scoped` | the token, the owner, and `requireScopes("tasks:read", "tasks:write")` |
 * | `GET /broken` | the token and a `requireClaim` that throws {@link brokenPolicy} |
 * | `GET /throws` | the token; its handler throws {@link handlerFailure}, and the app has no error handler |
 *
 * `/echo` is always asked with a valid token, so a target may put it behind a guard with `ownerParam: null`.
 */
export interface ContractTarget {
  readonly name: string;
  /** What `options.verifier` was made of is in `made`, for an app that has to make its own. */
  start(options: ContractOptions, handle: Handle, made: VerifierParts): Promise<ContractServer>;
  /**
   * By a behaviour's name: why it cannot hold for this framework. It is then reported as skipped, for that
   * reason.
   */
  readonly exceptions?: Readonly<Record<string, string>>;
  /** The ways in which an app of this framework may be written, in a separate app. */
  readonly shapes: TargetShapes;
}

/**
 * Paths of an app, by the way in which each of them is written: in a plugin, a mounted app, a prefix, a
 * second copy.
 */
export interface TargetShapes {
  /** What `options.verifier` was made of is in `made`, for an app that has to make its own. */
  start(options: ContractOptions, handle: Handle, made: VerifierParts): Promise<ContractServer>;
  /** Restricted to their owner: `{owner}` in the path. */
  readonly owned: Readonly<Record<string, string>> & { readonly "below another parameter": string };
  /** Guarded by `requireScopes("tasks:write")`, and open to every user whose token grants it. */
  readonly scoped: Readonly<Record<string, string>>;
  /** Public. */
  readonly open: Readonly<Record<string, string>>;
  /**
   * Refused to every user: the owner may be left out, and is; the parameter is spelt otherwise; it stands
   * there twice.
   */
  readonly nobodys: Readonly<Record<string, string>>;
  /** Routes that no app can be made with: each of these adds one, and throws a `ConfigurationError`. */
  readonly refusedAtStart?: Readonly<Record<string, (options: ContractOptions) => unknown>>;
}

/** What every target has among what is nobody's, or is refused at the start. */
export const neverOpen = ["an optional owner that is not there", "another spelling"] as const;

export const handlerFailure = "the handler failed";

/** A predicate as an application might have it, which throws when a claim is missing. */
export function brokenPolicy(): boolean {
  throw new Error("the policy is broken");
}
