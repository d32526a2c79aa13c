/** A request as a test sends it, whatever carries it. */
export interface HostRequest {
  /** With the query. */
  readonly target: string;
  /** The values of the `Authorization` fields, in order. */
  readonly authorization: readonly string[];
}

export interface HostAnswer {
  readonly status: number;
  readonly body: string;
}

/**
 * Something that a guarded app runs in: it makes the request that the app is handed, and reads the app's
 * answer.
 */
export interface Host<App> {
  readonly name: string;
  /**
   * Several `Authorization` fields reach an app as one text where a host cannot say that they were several.
   */
  ask(app: App, request: HostRequest): Promise<HostAnswer>;
}

/**
 * An app behind the guard: `/me` and `/api/:userId/tasks` answer with the principal's id, as JSON. `App` is
 * what a host runs: a listener of Node's, or a function from a `Request` to a `Response`.
 */
export interface HostedApp<App> {
  readonly name: string;
  start(): Promise<{ readonly app: App; close(): Promise<unknown> }>;
  /** By a host's name: why this framework itself does not run there. It is then skipped, for that reason. */
  readonly exceptions?: Readonly<Record<string, string>>;
}
