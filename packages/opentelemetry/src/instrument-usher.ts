import type { MeterProvider } from "@opentelemetry/api";
import { ConfigurationError, type Verifier } from "@usher-auth/verify";
import { keyUsage } from "@usher-auth/verify/keys";
import { startMetrics } from "./metrics/start-metrics.ts";
import { wholeProcess } from "./share/registry.ts";
import { share } from "./share/share.ts";
import { shareProvider } from "./share/share-provider.ts";
import { startSpanEvents } from "./span-events.ts";

/**
 * Options of {@link instrumentUsher}.
 *
 * @example
 * ```ts
 * import { type InstrumentUsherOptions, instrumentUsher } from "@usher-auth/opentelemetry";
 * import { verifierFromEnv } from "@usher-auth/verify";
 *
 * const verifier = verifierFromEnv();
 * const options: InstrumentUsherOptions = { verifier, recordSubject: true };
 * instrumentUsher(options);
 * ```
 */
export interface InstrumentUsherOptions {
  /**
   * The verifier whose keys and revocations are measured; a list for several. A metric then has one value for
   * all of them: the worst state, the highest age, and sums. Default: none. Requests and verifications are
   * counted anyway, for every verifier and guard of the process.
   */
  readonly verifier?: Verifier<unknown> | readonly Verifier<unknown>[] | undefined;
  /**
   * Where the metrics go. Default: the global provider (`metrics.getMeterProvider()`), also if it is set
   * later: then from the first event on.
   */
  readonly meterProvider?: MeterProvider | undefined;
  /**
   * Whether the active span of a request gets the user's id, as `enduser.id`. Ids are personal data in many
   * places. They never become the label of a metric. Default: false.
   */
  readonly recordSubject?: boolean | undefined;
}

/**
 * Records what the guards and verifiers of this process do, in OpenTelemetry: as metrics, and for each
 * rejected request as the event `usher.reject` on the active span. It listens to the events of
 * `@usher-auth/verify/events`, so it decides nothing: a failure becomes a process warning
 * (`USHER_LISTENER_FAILED`, or `USHER_METRICS_FAILED` if a meter provider fails at the start) and changes no
 * request.
 *
 * No metric has a label that a client can choose: methods that HTTP does not define and codes of another
 * version are `_OTHER`, and a route is the pattern that the framework matched. There is no id of a user,
 * token or session in them.
 *
 * It may be called several times, by several copies of the package: events are counted once for each
 * provider. In frameworks that route after their middleware (Express, Koa, Hono), a request that its route
 * rejects is counted as accepted by the guard and then as rejected by the route.
 *
 * @returns Ends it: nothing is counted or observed any more. An SDK goes on exporting the last values.
 * @throws {ConfigurationError} An invalid option.
 * @example
 * ```ts
 * import { instrumentUsher } from "@usher-auth/opentelemetry";
 * import { verifierFromEnv } from "@usher-auth/verify";
 *
 * const verifier = verifierFromEnv();
 * const stop = instrumentUsher({ verifier });
 * process.once("SIGTERM", stop);
 * ```
 */
export function instrumentUsher(options: InstrumentUsherOptions = {}): () => void {
  const { verifiers, meterProvider, recordSubject } = readOptions(options);
  const stops = [
    shareProvider("metrics", meterProvider, { verifiers }, startMetrics),
    share("spans", wholeProcess, { recordSubject }, startSpanEvents),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

function readOptions({ verifier, meterProvider, recordSubject = false }: InstrumentUsherOptions) {
  const verifiers: readonly Verifier<unknown>[] = verifier === undefined ? [] : [verifier].flat();
  // Throws for anything that createVerifier did not create.
  keyUsage(verifiers);
  if (meterProvider !== undefined && typeof meterProvider?.getMeter !== "function")
    throw new ConfigurationError("meterProvider: give a MeterProvider of OpenTelemetry.");
  if (typeof recordSubject !== "boolean")
    throw new ConfigurationError("recordSubject: must be true or false.");
  return { verifiers, meterProvider, recordSubject };
}
