import { limitedLabel } from "../metrics/limited-label.ts";

/** More than an issuer notifies. */
const mostHosts = 100;

/** The host and port of an endpoint's origin, as the label `server.address`. */
export function hostLabel(): (endpoint: string) => string {
  const limited = limitedLabel(mostHosts);
  return (endpoint) => limited(URL.parse(endpoint)?.host ?? endpoint);
}
