import type { Cause } from "../../../src/doctor/causes.ts";
import type { Environment } from "../../../src/terminal.ts";
import { audience, type SignedIn } from "../../support/better-auth.ts";

/** What the doctor gets, made with real servers. */
export interface Situation {
  /** What is piped in as the token. */
  readonly input?: string;
  readonly environment?: Environment;
  readonly issuer?: string;
  readonly api?: string;
  readonly cookie?: string;
  readonly origin?: string;
  /** More options. */
  readonly flags?: readonly string[];
  /** Tokens, cookies and secrets that no output may contain. */
  readonly hidden: readonly string[];
}

/** A cause, and what the doctor's first finding must say. */
export interface Row {
  readonly when: string;
  readonly first: Cause;
  /** Matches the title or the evidence. */
  readonly says: RegExp;
  /** Matches a line of the fix. */
  readonly fix: RegExp;
  arrange(): Promise<Situation>;
}

/** The settings of an API that verifies this issuer's tokens with the shared secret. */
export function settingsFor({ issuer, secret }: Pick<SignedIn, "issuer" | "secret">): Record<string, string> {
  return { BETTER_AUTH_URL: issuer, API_URL: audience, BETTER_AUTH_SECRET: secret };
}

/** The settings of an API that verifies this issuer's tokens with its public keys. */
export function keyPairSettingsFor({ issuer }: Pick<SignedIn, "issuer">): Record<string, string> {
  return { BETTER_AUTH_URL: issuer, API_URL: audience, USHER_JWKS_URL: `${issuer}/api/auth/jwks` };
}
