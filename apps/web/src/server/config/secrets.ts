import { ConfigurationError, secretFingerprintFromEnv, verifierFromEnv } from "@usher-auth/verify";
import { StartupError } from "../startup-error.ts";
import type { Environment } from "./environment.ts";

/** The secrets in Better Auth's format, and the fingerprint of the current one. */
export interface Secrets {
  /** BETTER_AUTH_SECRET. With versions, it only decrypts data from before them. */
  readonly single: string | undefined;
  /** BETTER_AUTH_SECRETS. The first one signs. */
  readonly versions: { version: number; value: string }[] | undefined;
  /** The fingerprint of the secret that signs. Safe to print. */
  readonly fingerprint: string;
}

/**
 * Reads BETTER_AUTH_SECRETS or BETTER_AUTH_SECRET, with the same checks as the API.
 *
 * @throws {StartupError} when no secret is set, or one is too weak or malformed
 */
export function readSecrets(env: Environment): Secrets {
  const { BETTER_AUTH_SECRET, BETTER_AUTH_SECRETS } = env;
  if (!BETTER_AUTH_SECRET && !BETTER_AUTH_SECRETS) {
    throw new StartupError(
      "BETTER_AUTH_SECRET is not set. Set it, here and for the API, to the output of: " +
        "openssl rand -base64 48",
    );
  }
  checkLikeTheApi({ BETTER_AUTH_SECRET, BETTER_AUTH_SECRETS });
  const versions = BETTER_AUTH_SECRETS ? BETTER_AUTH_SECRETS.split(",").map(splitEntry) : undefined;
  return {
    single: BETTER_AUTH_SECRET || undefined,
    versions,
    fingerprint: secretFingerprintFromEnv(env) ?? "",
  };
}

function checkLikeTheApi(secrets: Environment): void {
  try {
    verifierFromEnv({ ...secrets, BETTER_AUTH_URL: "http://localhost", API_URL: "http://localhost" });
  } catch (error) {
    if (error instanceof ConfigurationError) throw new StartupError(error.message);
    throw error;
  }
}

/** "2:new" → version 2, value "new". The format has been checked. */
function splitEntry(entry: string): { version: number; value: string } {
  const colon = entry.indexOf(":");
  return { version: Number(entry.slice(0, colon)), value: entry.slice(colon + 1).trim() };
}
