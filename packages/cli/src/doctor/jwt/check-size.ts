import { type Case, fault, found, type Opinion } from "../check.ts";

/**
 * Characters: what `@usher-auth/verify` looks at unless told otherwise, and half of what Node's server takes
 * as headers.
 */
const longestToken = 8192;

/** The token's length. Better Auth's jwt() puts the whole user into it, an image included. */
export function theSize({ sent }: Case): Opinion {
  if (sent === undefined || sent.token.length <= longestToken) return found();
  return found(
    fault("token_too_large", "The token is longer than APIs accept.", sizeEvidence(sent), leanToken),
  );
}

/** How long the token is, and which claim is to blame. */
export function sizeEvidence({ token, jwt }: NonNullable<Case["sent"]>): string[] {
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
