import { randomBytes } from "node:crypto";
import { verifierFromEnv } from "@usher-auth/verify";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What is wrong with the keys that the environment names, in one line. The verifier knows, and says it better
 * before anything runs than twice afterwards. Where a secret is yet to be made (secret.ts), any good one
 * stands for it.
 */
export function faultOfKeys(environment: Environment): string | undefined {
  const isSet = Boolean(environment.BETTER_AUTH_SECRET || environment.BETTER_AUTH_SECRETS);
  if (!isSet && environment.NODE_ENV === "production") {
    return "NODE_ENV is production and no secret is set: set BETTER_AUTH_SECRET to 32 or more random bytes, as made by `openssl rand -base64 32`";
  }
  const secret = isSet ? {} : { BETTER_AUTH_SECRET: randomBytes(32).toString("base64url") };
  try {
    verifierFromEnv({ ...environment, ...secret });
    return undefined;
  } catch (error) {
    return (error as Error).message.split("\n").join(" ");
  }
}
