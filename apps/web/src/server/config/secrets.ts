import { ConfigurationError, secretFingerprintFromEnv, verifierFromEnv } from "@usher-auth/verify";
import { StartupError } from "../startup-error.ts";
import type { Environment } from "./environment.ts";

/** The secrets as Better Auth takes them, and what may be told of the one that signs. */
export interface Secrets {
  /** BETTER_AUTH_SECRET. Where there are versions, it only reads what was encrypted before them. */
  readonly single: string | undefined;
  /** BETTER_AUTH_SECRETS, the one that signs first. */
  readonly versions: { version: number; value: string }[] | undefined;
  /** Of the secret that signs. Safe to print. */
  readonly fingerprint: string;
}

/**
 * Reads BETTER_AUTH_SECRETS or BETTER_AUTH_SECRET, and accepts what the API would: a secret fit for one is
 * fit for both.
 *
 * @throws {StartupError} when there is none, and when one is too weak or of the wrong form
 */
export function readSecrets(env: Environment): Secrets {
  const { BETTER_AUTH_SECRET, BETTER_AUTH_SECRETS } = env;
  if (!BETTER_AUTH_SECRET && !BETTER_AUTH_SECRETS) {
    throw new StartupError(
      "BETTER_AUTH_SECRET is not set. Set it, here and for the API, to the output of: openssl rand -base64 48",
    );
  }
  checkAsTheApiDoes({ BETTER_AUTH_SECRET, BETTER_AUTH_SECRETS });
  const versions = BETTER_AUTH_SECRETS ? BETTER_AUTH_SECRETS.split(",").map(splitEntry) : undefined;
  return {
    single: BETTER_AUTH_SECRET || undefined,
    versions,
    fingerprint: secretFingerprintFromEnv(env) ?? "",
  };
}

function checkAsTheApiDoes(secrets: Environment): void {
  try {
    verifierFromEnv({ ...secrets, BETTER_AUTH_URL: "http://localhost", API_URL: "http://localhost" });
  } catch (error) {
    if (error instanceof ConfigurationError) throw new StartupError(error.message);
    throw error;
  }
}

/** "2:new" → version 2, value "new". The form has been checked. */
function splitEntry(entry: string): { version: number; value: string } {
  const colon = entry.indexOf(":");
  return { version: Number(entry.slice(0, colon)), value: entry.slice(colon + 1).trim() };
}
