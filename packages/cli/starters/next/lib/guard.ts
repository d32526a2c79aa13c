import { verifierFromEnv } from "@usher-auth/verify";
import { usher } from "@usher-auth/verify/fetch";

/** Every handler that `guard.protect` makes needs a valid token, and `userId` must be its user. */
export const guard = usher({ verifier: verifierFromEnv(), ownerParam: "userId" });
