import type { Attributes, Meter } from "@opentelemetry/api";
import type { RequestFacts, UsherEvents } from "@usher-auth/verify/events";
import { codeLabel, methodLabel } from "./labels.ts";
import { firstValues, limitedLabel, otherLabel } from "./limited-label.ts";

/** Counts one event of each kind. */
export type EventCounters = {
  readonly [Name in keyof UsherEvents]: (event: UsherEvents[Name]) => void;
};

/** More routes than most applications have. */
const mostRoutes = 500;
/**
 * Series of requests with their route. Anyone can cause several codes on each route. At 2000 series, an SDK
 * drops all labels of further ones. The rest is for those without a route: an adapter has 11 methods and some
 * 25 codes.
 */
const mostSeriesOfRoutes = 1500;
/** Adapters of this package, and the application's own. */
const mostAdapters = 20;

/**
 * Seconds: from a cached token, which takes microseconds, to a verification that blocks the process. Without
 * the wait for keys.
 */
const durations = [
  0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
  0.5, 1, 2.5, 5,
];

/** Creates the instruments that events change. */
export function countEvents(meter: Meter): EventCounters {
  const requests = meter.createCounter("usher.requests", {
    description: "Requests that a guard accepted or rejected",
    unit: "{request}",
  });
  const duration = meter.createHistogram("usher.verification.duration", {
    description: "Time to verify a token, without a wait for keys",
    unit: "s",
    advice: { explicitBucketBoundaries: durations },
  });
  const exceptions = meter.createCounter("usher.owner_exceptions", {
    description: "Requests that an owner rule admitted to a path of someone else",
    unit: "{request}",
  });
  const keyChanges = meter.createCounter("usher.keys.changes", {
    description: "Changes of the keys of a source, or of their state",
    unit: "{change}",
  });
  const recorded = meter.createCounter("usher.revocations.recorded", {
    description: "Revocations that this process recorded",
    unit: "{revocation}",
  });
  const logouts = meter.createCounter("usher.logouts", {
    description: "Logout tokens that the back-channel logout endpoint answered",
    unit: "{request}",
  });
  const routeLabel = limitedLabel(mostRoutes);
  const isFirstSeries = firstValues(mostSeriesOfRoutes);
  const adapterLabel = limitedLabel(mostAdapters);

  function placeOf({ route, adapter }: RequestFacts): Attributes {
    return {
      "usher.adapter": adapterLabel(adapter),
      ...(route !== undefined && { "http.route": routeLabel(route) }),
    };
  }

  function requestOf(event: RequestFacts, outcome: "accepted" | "rejected", code?: string): Attributes {
    const attributes: Attributes = {
      "usher.outcome": outcome,
      ...placeOf(event),
      ...(event.method !== undefined && { "http.request.method": methodLabel(event.method) }),
      ...(code !== undefined && { "error.type": codeLabel(code) }),
    };
    if (event.route === undefined || isFirstSeries(Object.values(attributes).join("\n"))) return attributes;
    return { ...attributes, "http.route": otherLabel };
  }

  return {
    "usher:accept": (event) => requests.add(1, requestOf(event, "accepted")),
    "usher:reject": (event) => requests.add(1, requestOf(event, "rejected", event.code)),
    "usher:verify": ({ cached, duration: milliseconds, code }) =>
      duration.record(milliseconds / 1000, {
        "usher.cache": cached ? "hit" : "miss",
        ...(code !== undefined && { "error.type": codeLabel(code) }),
      }),
    "usher:owner-exception": (event) => exceptions.add(1, placeOf(event)),
    "usher:keys": ({ change }) => keyChanges.add(1, { change }),
    "usher:revocations": ({ change, revocations = [] }) => {
      // Every other replica receives them too, and must not count them again.
      if (change === "revoked") for (const { kind } of revocations) recorded.add(1, { kind });
    },
    "usher:logout": ({ status, code }) =>
      logouts.add(1, {
        "http.response.status_code": status,
        ...(code !== undefined && { "error.type": codeLabel(code) }),
      }),
  };
}
