import { usher } from "@usher-auth/verify/node";
import { recordResponse, requestOf } from "./http.ts";
import type { Outcome } from "./outcome.ts";

/** The header fields of a request, and its query. */
export interface AuthorizationVector {
  readonly name: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Without the question mark. */
  readonly query: string;
}

/** Returns the token that the guard would verify. */
export async function runAuthorization({
  headers,
  query,
}: AuthorizationVector): Promise<Outcome<{ readonly token: string }>> {
  let accepted: string | undefined;
  const principal = { id: "alice", kind: "user" as const, expiresAt: 0, claims: {} as never };
  const verify = async (token: string) => {
    accepted = token;
    return principal;
  };
  const verifier = { verify, verifySync: () => principal, ready: async () => undefined };
  const guard = usher({ verifier, ownerParam: null });
  const { response, refuses } = recordResponse();
  const listener = guard.protect({ path: "/" }, () => undefined);
  await listener(requestOf(query === "" ? "/" : `/?${query}`, headers), response);
  return accepted === undefined ? { refuses: refuses() } : { accepts: { token: accepted } };
}
