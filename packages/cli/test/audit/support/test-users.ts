import { createTestIssuer } from "@usher-auth/testing";

/** The issuer of a test file's tokens. */
export const issuer = createTestIssuer();

/** The tokens of two users and an expired one, as environment variables. */
export const tokens = {
  USHER_TOKEN_A: issuer.tokenFor("ada"),
  USHER_TOKEN_B: issuer.tokenFor("grace"),
  USHER_EXPIRED_TOKEN: issuer.tokenFor("ada", { expired: true }),
};
