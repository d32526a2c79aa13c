/** A request of an attempt, before a transport sends it. */
export interface SentRequest {
  readonly method: string;
  /** The path, percent-encoded, and the query. */
  readonly target: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The values of the path's parameters, not encoded, for handlers that get them from their framework. */
  readonly params: Readonly<Record<string, string>>;
}

/** What came back. */
export interface Answer {
  readonly status: number;
  /** Of a header that came several times: all values, separated by commas. */
  header(name: string): string | undefined;
  /** At most {@link bodyLimit} characters. */
  readonly body: string;
}

/** Sends a request to the app. Rejects if the app does not answer before the signal aborts. */
export type Send = (request: SentRequest, signal: AbortSignal) => Promise<Answer>;

/** Characters of a body that are read. More is not needed for any verdict, and a stream may never end. */
export const bodyLimit = 65_536;
