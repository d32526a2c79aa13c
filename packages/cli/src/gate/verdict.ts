import type { IncomingMessage } from "node:http";
import type { Principal } from "@usher-auth/verify";
import type { RouteAccess } from "@usher-auth/verify/guard";
import type { UpgradeCredentials } from "@usher-auth/verify/websocket";
import type { Target } from "./request/target.ts";

/** What a request is judged by. */
export interface Head {
  /** In upper case. */
  readonly method: string;
  /** The request target as it was sent: path and query. */
  readonly target: string;
  /** Names and values in turn, as they were sent. */
  readonly rawHeaders: readonly string[];
  /** Whether it asks for a WebSocket, whose token may be among the subprotocols. */
  readonly isUpgrade: boolean;
  /** For the guard. Its own method and path are another request's if a proxy asks. */
  readonly message: IncomingMessage;
}

/** A request that may go on to the backend. */
export interface Pass {
  /** The form that was judged. Nothing else may be sent. */
  readonly target: Target;
  /** For logs: `GET /api/{user_id}/tasks`. */
  readonly route: string;
  /** Null on a public route, and without a token on an optional one. */
  readonly principal: Principal | null;
  /** What was checked, one for each rule. A WebSocket is checked against it again while it is open. */
  readonly accesses: readonly RouteAccess[];
  /** What the token was read from. */
  readonly credentials: UpgradeCredentials;
}

/** A response of the gate itself: a refusal, a preflight, a path that does not exist. */
export interface Answer {
  readonly status: number;
  /** In lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The problem's code. Undefined for answers that refuse nothing: a preflight. */
  readonly code: string | undefined;
  /** For the operator. Never sent. */
  readonly hint: string | undefined;
  /** Undefined if the path is not known. */
  readonly route: string | undefined;
}

export type Verdict = { readonly pass: Pass } | { readonly answer: Answer };

/** Decides about one request. Synchronous unless keys must be fetched. Never throws and never rejects. */
export type Judge = (head: Head) => Verdict | Promise<Verdict>;
