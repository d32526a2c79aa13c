import type { MeterProvider } from "@opentelemetry/api";
import { IssuerError } from "@usher-auth/issuer";
import { shareProvider } from "../share/share-provider.ts";
import type { Issuer } from "./issuer.ts";
import { startDeliveries } from "./start-deliveries.ts";

/**
 * Options of {@link instrumentIssuer}.
 *
 * @example
 * ```ts
 * import type { MeterProvider } from "@opentelemetry/api";
 * import { type InstrumentIssuerOptions, instrumentIssuer } from "@usher-auth/opentelemetry/issuer";
 *
 * export function measure(auth: Parameters<typeof instrumentIssuer>[0], meterProvider: MeterProvider): () => void {
 *   const options: InstrumentIssuerOptions = { meterProvider };
 *   return instrumentIssuer(auth, options);
 * }
 * ```
 */
export interface InstrumentIssuerOptions {
  /**
   * Where the metrics go. Default: the global provider (`metrics.getMeterProvider()`), also if it is set
   * later: then from the first delivery on.
   */
  readonly meterProvider?: MeterProvider | undefined;
}

/**
 * Records in OpenTelemetry whether the logouts of a Better Auth instance with `usherJwt()` reach its
 * backends:
 *
 * - `usher.deliveries`, a counter by `server.address` and `usher.outcome`: `acknowledged`, `failed` (an
 *   attempt, which is repeated) or `given_up`. Of several processes on one database, exactly one counts each;
 *   it counts the deliveries of all instances in this process.
 * - `usher.deliveries.waiting` and `usher.deliveries.oldest_age` (seconds), gauges by `server.address`, read
 *   from Better Auth's database at each collection. All processes on a database show the same numbers: take
 *   the maximum over them, not the sum.
 *
 * `server.address` is the host and port of the endpoint. No label has a path, or the id of a user or session.
 *
 * Nothing in the issuer waits for it. If the database cannot be read within five seconds, the gauges are NaN,
 * and a process warning (`USHER_METRICS_FAILED`, at most one a minute) says why; a collection never fails. It
 * may be called several times: deliveries are counted once for each provider.
 *
 * @param auth What `betterAuth()` returned. Two instances on one database would be added up: give one of
 *   them.
 * @returns Ends it. The gauges and counters keep their last value in the SDK.
 * @throws {IssuerError} An invalid argument.
 * @example
 * ```ts
 * import { usherJwt } from "@usher-auth/issuer";
 * import { instrumentIssuer } from "@usher-auth/opentelemetry/issuer";
 * import { betterAuth } from "better-auth";
 * import { DatabaseSync } from "node:sqlite";
 *
 * export const auth = betterAuth({
 *   baseURL: "https://app.example.com",
 *   database: new DatabaseSync("auth.sqlite"),
 *   plugins: [
 *     usherJwt({
 *       audience: "https://api.example.com",
 *       backchannelLogout: ["https://api.example.com/backchannel-logout"],
 *     }),
 *   ],
 * });
 * const stop = instrumentIssuer(auth);
 * process.once("SIGTERM", stop);
 * ```
 */
export function instrumentIssuer(auth: Issuer, options: InstrumentIssuerOptions = {}): () => void {
  if (typeof auth !== "object" || auth === null || !("$context" in auth))
    throw new IssuerError("instrumentIssuer: give what betterAuth() returned.");
  const { meterProvider } = options;
  if (meterProvider !== undefined && typeof meterProvider?.getMeter !== "function")
    throw new IssuerError("instrumentIssuer: meterProvider must be a MeterProvider of OpenTelemetry.");
  return shareProvider("issuers", meterProvider, { issuer: auth }, startDeliveries);
}
