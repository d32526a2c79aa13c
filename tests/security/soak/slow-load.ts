import { setTimeout as sleep } from "node:timers/promises";
import type { TestIssuer } from "@usher-auth/testing";
import { type SlowClient, slowClients } from "../faults/support/slow-clients.ts";

/** Of each kind. */
const number = 10;

/**
 * Milliseconds until the last one must be disconnected: the API waits 30 s for a request, and checks every
 * 5.
 */
const slowestEnd = 40_000;

/** Clients that begin requests and never finish them, in parallel with normal ones. */
export function keepSlowCompany(url: string, issuer: TestIssuer): readonly SlowClient[] {
  const port = Number(new URL(url).port);
  const path = "/api/slow/tasks";
  const token = issuer.tokenFor("slow", { expiresIn: 900 });
  return Array.from({ length: number }, () => [
    slowClients.headers(port),
    slowClients.body(port, path, token),
    slowClients.refused(port, path),
  ]).flat();
}

/** Waits until the API has closed all of them, up to that limit. */
export async function untilGone(clients: readonly SlowClient[]): Promise<void> {
  const deadline = performance.now() + slowestEnd;
  while (clients.some(({ isClosed }) => !isClosed()) && performance.now() < deadline) await sleep(200);
}
