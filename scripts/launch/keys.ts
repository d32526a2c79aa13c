import { randomBytes } from "node:crypto";
import { verifierFromEnv } from "@usher-auth/verify";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What is wrong with the keys in the environment, in one line, or undefined. Asks the verifier before
 * anything runs, so that the message does not appear once for each process. Uses a random secret while
 * secret.ts has not created one yet.
 */
export function faultOfKeys(environment: Environment): string | undefined {
  const isSet = Boolean(environment.BETTER_AUTH_SECRET || environment.BETTER_AUTH_SECRETS);
  if (!isSet && environment.NODE_ENV === "production") {
    return "NODE_ENV is production and no secret is set: set BETTER_AUTH_SECRET to 32 or more random bytes, for example from `openssl rand -base64 32`";
  }
  const secret = isSet ? {} : { BETTER_AUTH_SECRET: randomBytes(32).toString("base64url") };
  try {
    verifierFromEnv({ ...environment, ...secret });
    return undefined;
  } catch (error) {
    return (error as Error).message.split("\n").join(" ");
  }
}
