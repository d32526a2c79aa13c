import { createTestIssuer } from "@usher-auth/testing";

/** Who signs the tokens of a test file. */
export const issuer = createTestIssuer();

/** The tokens of two users, and an expired one, where `usher-auth audit` finds them. */
export const tokens = {
  USHER_TOKEN_A: issuer.tokenFor("ada"),
  USHER_TOKEN_B: issuer.tokenFor("grace"),
  USHER_EXPIRED_TOKEN: issuer.tokenFor("ada", { expired: true }),
};
