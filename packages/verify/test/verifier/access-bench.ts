import type { TokenFaults } from "@usher-auth/testing";
import type { AccessTokenOptions, VerifierOptions } from "../../src/index.ts";
import { createBench } from "../support.ts";

/** The issuer of access tokens. */
export const provider = "https://app.example.com/api/auth";
export const accessTokens: AccessTokenOptions = { issuer: provider, scopes: null };

/** A verifier of session tokens and access tokens, and an issuer of both. */
export function createAccessBench(options: Partial<VerifierOptions> = {}) {
  const bench = createBench({ accessTokens, ...options });
  /** An access token that a client got for alice. */
  const tokenFor = (claims: Record<string, unknown> = {}, faults: TokenFaults = {}) =>
    bench.issuer.tokenFor("alice", {
      ...faults,
      header: { typ: "at+jwt", ...faults.header },
      claims: { iss: provider, client_id: "client-1", azp: "client-1", scope: "tasks:read", ...claims },
    });
  return { ...bench, tokenFor };
}
