import { decodeJwt, decodeProtectedHeader } from "jose";

/**
 * Why Usher rejects a token that jose accepts with its strictest options: the rule that is stricter here.
 */
export interface StricterRule {
  readonly name: string;
  /** Reads the token with jose's decoders, without any of Usher's code. */
  readonly applies: (token: Decoded) => boolean;
  /** The codes that Usher may reject it with. */
  readonly codes: readonly string[];
}

export interface Decoded {
  readonly text: string;
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
}

const isText = (value: unknown): boolean => typeof value === "string" && value !== "";

/** @param now Seconds since 1970. */
export function stricterRules(now: number, clockTolerance: number): readonly StricterRule[] {
  return [
    {
      name: "canonical base64url only",
      applies: ({ text }) =>
        text.split(".").some((part) => Buffer.from(part, "base64url").toString("base64url") !== part),
      codes: ["token_malformed"],
    },
    {
      name: "no header parameter that changes what the rest means",
      applies: ({ header }) => ["crit", "b64", "zip", "enc"].some((name) => Object.hasOwn(header, name)),
      codes: ["token_unsupported"],
    },
    {
      name: "header parameters that are read are strings",
      applies: ({ header }) =>
        ["kid", "typ"].some((name) => name in header && typeof header[name] !== "string"),
      codes: ["token_malformed"],
    },
    {
      name: "sub, sid and jti are non-empty strings",
      applies: ({ claims }) =>
        !isText(claims.sub) || ["sid", "jti"].some((name) => name in claims && !isText(claims[name])),
      codes: ["claims_invalid"],
    },
    {
      name: "aud is a string, or a list of non-empty strings",
      applies: ({ claims }) => Array.isArray(claims.aud) && !claims.aud.every(isText),
      codes: ["claims_invalid"],
    },
    {
      name: "exp, nbf and iat are numbers",
      applies: ({ claims }) =>
        ["exp", "nbf", "iat"].some((name) => name in claims && !Number.isFinite(claims[name])),
      codes: ["claims_invalid"],
    },
    {
      name: "no token from the future",
      applies: ({ claims }) => typeof claims.iat === "number" && claims.iat > now + clockTolerance,
      codes: ["token_not_yet_valid"],
    },
  ];
}

/**
 * Why Usher accepts a token that jose rejects with these options: requirements of jose's options that RFC
 * 7519 does not have.
 */
export const laxerRules: readonly Omit<StricterRule, "codes">[] = [
  {
    name: "typ may be absent (RFC 7519 section 5.1), as it is in Better Auth's own tokens",
    applies: ({ header }) => !Object.hasOwn(header, "typ"),
  },
];

/** What jose decodes from a token; undefined if it cannot decode it. */
export function decode(text: string): Decoded | undefined {
  try {
    return { text, header: { ...decodeProtectedHeader(text) }, claims: decodeJwt(text) };
  } catch {
    return undefined;
  }
}
