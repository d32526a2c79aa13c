import { secretFingerprint } from "@usher-auth/verify";

/**
 * The fingerprint of the secret that tokens are signed with now, the first of BETTER_AUTH_SECRETS or else
 * BETTER_AUTH_SECRET: the web app prints its own, and a person can see whether the two are the same. Expects an
 * environment that `verifierFromEnv` has accepted.
 */
export function currentFingerprint(env: NodeJS.ProcessEnv): string {
  const newest = env.BETTER_AUTH_SECRETS?.split(",")[0]?.trim();
  return secretFingerprint(newest ? newest.slice(newest.indexOf(":") + 1) : (env.BETTER_AUTH_SECRET ?? ""));
}
