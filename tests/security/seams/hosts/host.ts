/** A request of a test, independent of its transport. */
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
 * An environment for a guarded app: it creates the request for the app, and reads the app's
 * answer.
 */
export interface Host<App> {
  readonly name: string;
  /**
   * A host that cannot represent several `Authorization` fields joins them into one.
   */
  ask(app: App, request: HostRequest): Promise<HostAnswer>;
}

/**
 * An app behind the guard: `/me` and `/api/:userId/tasks` answer with the principal's id, as JSON. `App` is
 * what a host runs: a Node listener, or a function from a `Request` to a `Response`.
 */
export interface HostedApp<App> {
  readonly name: string;
  start(): Promise<{ readonly app: App; close(): Promise<unknown> }>;
  /** By the name of a host: why this framework does not run there. It is skipped with that reason. */
  readonly exceptions?: Readonly<Record<string, string>>;
}
