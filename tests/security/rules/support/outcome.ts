import { AuthError, type Verifier } from "@usher-auth/verify";

/**
 * What verifying a token comes to: `accepted`, the code it is refused with, or the name of whatever else was
 * thrown.
 */
export function outcome(verifier: Verifier, token: string): string {
  try {
    verifier.verifySync(token);
    return "accepted";
  } catch (error) {
    return nameOf(error);
  }
}

/** As {@link outcome}, and fetches keys where that is needed. */
export function outcomeWithKeys(verifier: Verifier, token: string): Promise<string> {
  return verifier.verify(token).then(() => "accepted", nameOf);
}

function nameOf(error: unknown): string {
  return error instanceof AuthError ? error.code : (error as Error).name;
}
