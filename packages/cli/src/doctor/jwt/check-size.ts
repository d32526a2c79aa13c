import { type CheckInput, type CheckResult, errorFinding, withFindings } from "../check.ts";

/** Characters. The default `maxTokenLength` of `@usher-auth/verify`, and half of Node's limit for headers. */
const longestToken = 8192;

/** Checks the token's length. Better Auth's jwt() puts the whole user into it, including an image. */
export function checkSize({ tokenText }: CheckInput): CheckResult {
  if (tokenText === undefined || tokenText.token.length <= longestToken) return withFindings();
  return withFindings(
    errorFinding(
      "token_too_large",
      "The token is longer than the API accepts.",
      sizeEvidence(tokenText),
      leanToken,
    ),
  );
}

/** The token's length, and its largest claim. */
export function sizeEvidence({ token, jwt }: NonNullable<CheckInput["tokenText"]>): string[] {
  const [largest] = Object.entries(jwt?.claims ?? {})
    .map(([name, value]) => ({ name, length: JSON.stringify(value).length }))
    .sort((one, other) => other.length - one.length);
  return [
    `the token has ${token.length} characters; the default limit is ${longestToken}`,
    ...(largest === undefined
      ? []
      : [`its largest claim is "${largest.name}" with ${largest.length} characters`]),
  ];
}

/** How to make the tokens smaller. */
export const leanToken: readonly string[] = [
  'plugins: [usherJwt({ audience: "https://api.example.com" })] // at the issuer: about 500 characters',
  "jwt({ jwt: { definePayload: ({ user }) => ({ email: user.email }) } }) // or with Better Auth's jwt(): only these claims of the user",
];
