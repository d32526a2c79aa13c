import type { GateProblemCode } from "../problem.ts";

/** How a request ended, for the log. */
export interface Outcome {
  /** What the client was sent. Undefined if it left before a response began. */
  readonly status: number | undefined;
  /**
   * - `complete`: the client has the whole response, the backend's or a problem.
   * - `cut`: a response had begun and could not be completed; the client's connection was closed.
   * - `client_left`: the client closed its connection first.
   */
  readonly end: "complete" | "cut" | "client_left";
  /** What the client got, or would have got if no response had begun. */
  readonly problem: GateProblemCode | undefined;
  /** For the operator. Never sent. */
  readonly cause: string | undefined;
  /** Whether the request was sent a second time, on a new connection. */
  readonly wasRetried: boolean;
}
