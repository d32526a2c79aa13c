import type { Cause } from "../../../src/doctor/causes.ts";
import type { Environment } from "../../../src/terminal.ts";
import { audience, type SignedIn } from "../../support/better-auth.ts";

/** What the doctor is given, made for real. */
export interface Situation {
  /** What is piped in as the token. */
  readonly input?: string;
  readonly environment?: Environment;
  readonly issuer?: string;
  readonly api?: string;
  readonly cookie?: string;
  readonly origin?: string;
  /** What must be in no output: tokens, cookies, secrets. */
  readonly hidden: readonly string[];
}

/** A cause, made for real, and what the doctor's first finding must say of it. */
export interface Row {
  readonly when: string;
  readonly first: Cause;
  /** What the evidence or the title says. */
  readonly says: RegExp;
  /** A line of the fix. */
  readonly fix: RegExp;
  arrange(): Promise<Situation>;
}

/** The settings of an API that accepts this issuer's tokens by the shared secret. */
export function settingsFor({ issuer, secret }: Pick<SignedIn, "issuer" | "secret">): Record<string, string> {
  return { BETTER_AUTH_URL: issuer, API_URL: audience, BETTER_AUTH_SECRET: secret };
}

/** The settings of an API that accepts this issuer's tokens by its key pair. */
export function keyPairSettingsFor({ issuer }: Pick<SignedIn, "issuer">): Record<string, string> {
  return { BETTER_AUTH_URL: issuer, API_URL: audience, USHER_JWKS_URL: `${issuer}/api/auth/jwks` };
}
