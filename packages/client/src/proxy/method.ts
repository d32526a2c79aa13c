import { ProxyProblem } from "./problem-response.ts";

const safe = ["GET", "HEAD"];
const passedOn = [...safe, "POST", "PUT", "PATCH", "DELETE"];

/** Refuses preflights (OPTIONS) too: no other site may call the API through the proxy. */
export function requireMethod(method: string): void {
  if (!passedOn.includes(method))
    throw new ProxyProblem("method_rejected", { headers: { allow: passedOn.join(", ") } });
}

/** RFC 9110 section 9.2.1. A browser may send it for a link or an image, without asking anyone. */
export function isSafe(method: string): boolean {
  return safe.includes(method);
}
