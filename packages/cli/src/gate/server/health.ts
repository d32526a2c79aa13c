import type { IncomingMessage, ServerResponse } from "node:http";
import type { Verifier } from "@usher-auth/verify";
import { keyStatus } from "@usher-auth/verify/keys";
import { gateProblem } from "../problem.ts";
import { answerWith } from "./answer-with.ts";

/** What readiness depends on. */
export interface HealthParts {
  readonly verifier: Verifier;
  /** Whether the routes are known. */
  hasPolicy(): boolean;
  isStopping(): boolean;
}

/** What a gate that is not ready lacks. */
type Missing = "policy" | "keys" | "revocations" | "stopping";

/**
 * Whether a request target is the gate's own: `/.usher` and everything below, in exactly this spelling.
 * Others are judged like any path.
 */
export function isOwnTarget(target: string): boolean {
  return /^\/\.usher(?:[/?]|$)/.test(target);
}

/** Creates the listener for `/.usher/live` and `/.usher/ready`. It returns false for every other path. */
export function createHealth(
  parts: HealthParts,
): (request: IncomingMessage, response: ServerResponse) => boolean {
  return (request, response) => {
    const [path] = (request.url ?? "").split("?", 1);
    if (path !== "/.usher/live" && path !== "/.usher/ready") return false;
    if (request.method !== "GET" && request.method !== "HEAD")
      answerWith(gateProblem("method_not_allowed", { allow: "GET, HEAD" }), response);
    else if (path === "/.usher/live") send(response, 200, { status: "live" });
    else void answerReady(parts, response);
    return true;
  };
}

async function answerReady(
  { verifier, hasPolicy, isStopping }: HealthParts,
  response: ServerResponse,
): Promise<void> {
  // Fetches missing keys: a balancer sends no tokens before this answers 200.
  await verifier.ready().catch(() => undefined);
  const { state: keys, age } = keyStatus(verifier);
  const revocations = verifier.revocations?.status();
  const areRevoked = revocations === undefined || revocations.state === "current";
  const missing: Missing[] = [];
  if (isStopping()) missing.push("stopping");
  if (!hasPolicy()) missing.push("policy");
  if (keys === "missing") missing.push("keys");
  if (!areRevoked && revocations.whenStale === "refuse") missing.push("revocations");
  send(response, missing.length === 0 ? 200 : 503, {
    status: missing.length === 0 ? "ready" : "unavailable",
    missing,
    keys,
    keysAge: age ?? null,
    revocations: revocations?.state ?? null,
    revocationsAge: revocations?.staleness ?? null,
  });
}

function send(response: ServerResponse, status: number, content: object): void {
  const headers = { "content-type": "application/json", "cache-control": "no-store" };
  answerWith({ status, headers, body: JSON.stringify(content) }, response);
}
