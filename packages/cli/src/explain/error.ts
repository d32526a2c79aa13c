/** Who answers with a code. */
export type Sender = "the API" | "the proxy" | "the gate" | "a framework";

/** What a code means. One code may have several senders. */
export interface ExplainedError {
  readonly code: string;
  readonly sender: Sender;
  /** The status of the answer; undefined for one that goes with several. */
  readonly status?: number;
  /** The `error` of the challenge (RFC 6750 section 3); undefined without one. */
  readonly challenge?: string;
  /** Undefined where the code says it all. */
  readonly meaning?: string | undefined;
  /** What the client should do. */
  readonly client?: string | undefined;
  /** What the operator should look at. */
  readonly operator?: string | undefined;
}
