import { AuthError, type Verifier } from "@usher-auth/verify";

/** The outcome of verifying a token: `accepted`, the code of the AuthError, or the name of another error. */
export function outcome(verifier: Verifier, token: string): string {
  try {
    verifier.verifySync(token);
    return "accepted";
  } catch (error) {
    return nameOf(error);
  }
}

/** Like {@link outcome}, but fetches keys if needed. */
export function outcomeWithKeys(verifier: Verifier, token: string): Promise<string> {
  return verifier.verify(token).then(() => "accepted", nameOf);
}

function nameOf(error: unknown): string {
  return error instanceof AuthError ? error.code : (error as Error).name;
}
