import { AuthError, createVerifier, localJwks, type Verifier } from "@usher-auth/verify";
import { verifyAccessTokenRequest } from "better-auth/oauth2";
import type { JSONWebKeySet } from "jose";
import { expect, it } from "vitest";
import { count } from "../report/counts.ts";
import { accessDifferences, type Outcome } from "./support/access-differences.ts";
import {
  audience,
  baseScope,
  clockTolerance,
  createSigners,
  hostileAccessToken,
  maxTokenAge,
  provider,
  type Signers,
  sessionIssuer,
} from "./support/access-tokens.ts";
import { seededRandom } from "./support/random.ts";
import { decode } from "./support/stricter-rules.ts";

/** How many tokens to try. */
const total = Number(process.env.USHER_DIFFERENTIAL ?? 20_000);
const seed = Number(process.env.USHER_SEED ?? 1);
/** A whole second, because Better Auth's library counts whole seconds. */
const now = Date.parse("2026-01-01T00:00:00Z") / 1000;
const clock = () => now * 1000;

it("every difference from Better Auth's own verifyAccessTokenRequest has a reason", {
  timeout: 1_800_000,
}, async (test) => {
  const signers = createSigners(clock);
  const verifier = verifierOf(signers);
  const random = seededRandom(seed);
  const differences = accessDifferences(now);
  const explained = new Map<string, number>();
  const unexplained: string[] = [];
  const outcomes: Record<Outcome, number> = { accepted: 0, refused: 0, scope: 0 };

  for (let tried = 0; tried < total; tried++) {
    const token = hostileAccessToken(signers, random, now);
    const code = codeOf(verifier, token);
    const outcome = outcomeOf(code);
    outcomes[outcome]++;
    const theirs = await betterAuthOn(token, signers);
    if (outcome === theirs) continue;
    const decoded = decode(token);
    const difference = differences.find(
      (one) =>
        decoded !== undefined &&
        one.betterAuth.includes(theirs) &&
        one.usher.includes(code) &&
        one.applies(decoded),
    );
    if (difference === undefined) unexplained.push(`${code}, Better Auth: ${theirs}: ${token}`);
    else explained.set(difference.name, (explained.get(difference.name) ?? 0) + 1);
  }
  count(test, { tokens: total, accepted: outcomes.accepted, refused: total - outcomes.accepted });
  for (const [name, times] of explained) await test.annotate(`${times} times: ${name}`, "difference");
  expect(unexplained, `seed ${seed}`).toEqual([]);
  // Every outcome must occur, and every reason must be needed, or the test proves nothing.
  expect(outcomes.accepted).toBeGreaterThan(0.1 * total);
  expect(outcomes.refused).toBeGreaterThan(0.3 * total);
  expect(outcomes.scope).toBeGreaterThan(0.005 * total);
  expect(differences.map(({ name }) => name).filter((name) => !explained.has(name))).toEqual([]);
});

function verifierOf({ keys }: Signers): Verifier {
  return createVerifier({
    keys: localJwks({ keys } as never),
    issuer: sessionIssuer,
    audience,
    accessTokens: { issuer: provider, scopes: [baseScope] },
    clockTolerance,
    maxTokenAge,
    clock,
  });
}

/** As strictly as it can be configured. */
async function betterAuthOn(token: string, { keys }: Signers): Promise<Outcome> {
  try {
    await verifyAccessTokenRequest(
      { authorizationHeader: `Bearer ${token}`, method: "GET", url: `${audience}/tasks` },
      {
        jwksFetch: async () => ({ keys }) as JSONWebKeySet,
        requiredScopes: [baseScope],
        verifyOptions: {
          issuer: provider,
          audience,
          typ: "at+jwt",
          algorithms: ["EdDSA", "Ed25519", "ES256"],
          requiredClaims: ["iss", "sub", "aud", "exp", "iat", "jti", "client_id"],
          clockTolerance,
          maxTokenAge,
          currentDate: new Date(clock()),
        },
      },
    );
    return "accepted";
  } catch (error) {
    return (error as { status?: unknown }).status === "FORBIDDEN" ? "scope" : "refused";
  }
}

function codeOf(verifier: Verifier, token: string): string {
  try {
    const { kind, id, clientId } = verifier.verifySync(token);
    // Whatever a token claims: a client is a client only where it is the subject too.
    expect(kind).toBe(id === clientId ? "client" : "user");
    return "accepted";
  } catch (error) {
    if (error instanceof AuthError) return error.code;
    throw error;
  }
}

function outcomeOf(code: string): Outcome {
  if (code === "accepted") return "accepted";
  return code === "scope_insufficient" ? "scope" : "refused";
}
