import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { createTestIssuer, type TestIssuer } from "@usher-auth/testing";
import { type Fetch, type RemoteJwksOptions, remoteJwks } from "@usher-auth/verify";
import { onTestFinished } from "vitest";
import { createBench, handClock } from "../../../../packages/verify/test/support.ts";
import { outcomeWithKeys } from "./outcome.ts";

/** The outcome for a valid token when its issuer's JWKS endpoint answers like this, over real HTTP. */
export async function outcomeWhenServed(
  listener: (issuer: TestIssuer) => RequestListener,
  options: RemoteJwksOptions = {},
): Promise<string> {
  const clock = handClock();
  const issuer = createTestIssuer({ algorithm: "ES256", clock });
  const server = createServer(listener(issuer));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
  const { verifier } = createBench({ keys: remoteJwks(url, options), clock });
  return outcomeWithKeys(verifier, issuer.tokenFor("alice"));
}

/** An issuer whose JWKS requests are counted and can fail, and a verifier with a controlled clock. */
export function createRemote(options: RemoteJwksOptions = {}) {
  const clock = handClock();
  const issuer = createTestIssuer({ algorithm: "ES256", clock });
  const state = { fetches: 0, isOut: false };
  const fetch: Fetch = async () => {
    state.fetches++;
    if (state.isOut) throw new Error("the issuer is out");
    return Response.json(issuer.jwks());
  };
  const keys = remoteJwks("https://app.example.com/api/auth/jwks", {
    fetch,
    clock,
    random: () => 1,
    ...options,
  });
  const { verifier } = createBench({ keys, clock });
  return Object.assign(state, {
    clock,
    issuer,
    verifier,
    of: (token: string) => outcomeWithKeys(verifier, token),
  });
}

/** Waits until background work has finished. */
export const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
