import { AuthError, type Verifier } from "@usher-auth/verify";

/** What becomes of a token: `accepted`, or the code of its refusal. Any other error is a finding, and thrown on. */
export function codeOf(verifier: Verifier, token: string): string {
  try {
    verifier.verifySync(token);
    return "accepted";
  } catch (error) {
    if (error instanceof AuthError) return error.code;
    throw error;
  }
}
