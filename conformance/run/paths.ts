import { ConfigurationError } from "@usher-auth/verify";
import { usher } from "@usher-auth/verify/node";
import { recordResponse, requestOf } from "./http.ts";
import type { Outcome } from "./outcome.ts";

/** A request with a valid token to a route. */
export interface PathVector {
  readonly name: string;
  readonly ownerParam: string | readonly string[] | null;
  readonly concealOwnerMismatch?: boolean;
  readonly pattern: string;
  /** The path as it is in the request line. */
  readonly path: string;
  /** The id of the token's user. */
  readonly id: string;
}

/** The decoded parameters of the route; null if the path does not match the pattern. */
type PathParams = Readonly<Record<string, string>> | null;

/** What happens to a request. */
export type PathOutcome = Outcome<{ readonly id: string }> & { readonly params: PathParams };

export async function runPath(vector: PathVector): Promise<PathOutcome> {
  const { ownerParam, concealOwnerMismatch = false, pattern, path, id } = vector;
  const verifier = verifierFor(id);
  const { response, refuses } = recordResponse();
  let handled: string | undefined;
  const guard = usher({ verifier, ownerParam, concealOwnerMismatch });
  const listener = guard.protect({ path: pattern }, (_request, _response, { principal }) => {
    handled = principal.id;
  });
  const bearer = [["Authorization", "Bearer token"]] as const;
  await listener(requestOf(path, bearer), response);
  const params = await decodedParams(pattern, path);
  return handled === undefined ? { params, refuses: refuses() } : { params, accepts: { id: handled } };
}

/** What a router hands a handler: the same route, without an owner. */
async function decodedParams(pattern: string, path: string): Promise<PathParams> {
  let params: PathParams = null;
  const guard = usher({ verifier: verifierFor("alice"), ownerParam: null });
  const listener = guard.protect({ path: pattern }, (_request, _response, access) => {
    params = { ...access.params };
  });
  await listener(requestOf(path, [["Authorization", "Bearer token"]]), recordResponse().response);
  return params;
}

/** A pattern that is accepted or refused when an application starts. */
export interface PatternVector {
  readonly name: string;
  readonly ownerParam: string | readonly string[] | null;
  readonly pattern: string;
}

export async function runPattern({ ownerParam, pattern }: PatternVector): Promise<{ startsUp: boolean }> {
  const guard = usher({ verifier: verifierFor("alice"), ownerParam });
  try {
    guard.protect({ path: pattern }, () => undefined);
    return { startsUp: true };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return { startsUp: false };
  }
}

/** A verifier that accepts every token as this user's. */
function verifierFor(id: string) {
  const principal = { id, kind: "user" as const, expiresAt: 0, claims: {} as never };
  return { verify: async () => principal, verifySync: () => principal, ready: async () => undefined };
}
