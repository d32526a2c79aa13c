import { type CheckInput, type CheckResult, errorFinding, withFindings } from "../check.ts";

/**
 * Characters: what `@usher-auth/verify` looks at unless told otherwise, and half of what Node's server takes
 * as headers.
 */
const longestToken = 8192;

/** The token's length. Better Auth's jwt() puts the whole user into it, an image included. */
export function checkSize({ tokenText }: CheckInput): CheckResult {
  if (tokenText === undefined || tokenText.token.length <= longestToken) return withFindings();
  return withFindings(
    errorFinding(
      "token_too_large",
      "The token is longer than APIs accept.",
      sizeEvidence(tokenText),
      leanToken,
    ),
  );
}

/** How long the token is, and which claim is to blame. */
export function sizeEvidence({ token, jwt }: NonNullable<CheckInput["tokenText"]>): string[] {
  const [largest] = Object.entries(jwt?.claims ?? {})
    .map(([name, value]) => ({ name, length: JSON.stringify(value).length }))
    .sort((one, other) => other.length - one.length);
  return [
    `the token has ${token.length} characters; ${longestToken} are accepted by default`,
    ...(largest === undefined
      ? []
      : [`its largest claim is "${largest.name}" with ${largest.length} characters`]),
  ];
}

/** What makes tokens small again. */
export const leanToken: readonly string[] = [
  'plugins: [usherJwt({ audience: "https://api.example.com" })] // at the issuer: five hundred characters',
  "jwt({ jwt: { definePayload: ({ user }) => ({ email: user.email }) } }) // or with Better Auth's own: not the whole user",
];
