import { onTestFinished } from "vitest";
import { type LogoutDelivery, subscribe } from "../../src/index.ts";

/** The events of these backends (all, without any), until the test is over. */
export function deliveriesTo(...backends: readonly { readonly endpoint: string }[]): LogoutDelivery[] {
  const origins = backends.map(({ endpoint }) => new URL(endpoint).origin);
  const events: LogoutDelivery[] = [];
  const stop = subscribe("usher:delivery", (event) => {
    if (origins.length === 0 || origins.includes(event.endpoint)) events.push(event);
  });
  onTestFinished(stop);
  return events;
}
