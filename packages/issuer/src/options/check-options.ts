import { IssuerError } from "../errors.ts";
import { readInsecureHosts } from "./insecure-hosts.ts";
import { requireKnownOptions } from "./known-options.ts";
import { lifetimeInSeconds } from "./lifetime.ts";
import { checkEndpoints } from "./logout-endpoints.ts";
import type { KeyPairAlgorithm, KeyPairLife, UsherJwtOptions } from "./options.ts";

/** The options after validation, with defaults filled in. */
export interface CheckedOptions {
  readonly audience: string | string[];
  /** Seconds. */
  readonly lifetime: number;
  readonly issuer: string | undefined;
  readonly algorithm: "HS256" | KeyPairAlgorithm;
  readonly keys: KeyPairLife;
  readonly claims: NonNullable<UsherJwtOptions["claims"]>;
  /** Undefined without claims of organizations. */
  readonly organization: { readonly memberships: number } | undefined;
  readonly endpoints: readonly string[];
  /** `undefined`: depends on `session.cookieCache`. */
  readonly disableSettingJwtHeader: boolean | undefined;
}

const optionNames: Readonly<Record<keyof UsherJwtOptions, true>> = {
  audience: true,
  expiresIn: true,
  issuer: true,
  algorithm: true,
  keys: true,
  claims: true,
  organization: true,
  backchannelLogout: true,
  allowInsecureHosts: true,
  disableSettingJwtHeader: true,
};

const keyPairAlgorithms: readonly string[] = [
  "EdDSA",
  "ES256",
  "ES512",
  "RS256",
  "PS256",
] satisfies KeyPairAlgorithm[];

/**
 * Checks the options when the plugin is created.
 *
 * @throws {IssuerError} for the first invalid option
 */
export function checkOptions(options: UsherJwtOptions): CheckedOptions {
  requireKnownOptions(requireObject(options), optionNames);
  const { claims = () => ({}), disableSettingJwtHeader } = options;
  if (typeof claims !== "function") {
    throw new IssuerError("usherJwt: claims must be a function of { user, session } that returns an object.");
  }
  if (disableSettingJwtHeader !== undefined && typeof disableSettingJwtHeader !== "boolean") {
    throw new IssuerError("usherJwt: disableSettingJwtHeader must be true or false.");
  }
  const lifetime = lifetimeInSeconds(options.expiresIn ?? "5m");
  const algorithm = checkAlgorithm(options.algorithm ?? "HS256");
  return {
    audience: checkAudience(options.audience),
    lifetime,
    algorithm,
    keys: checkKeyPairLife(options.keys, algorithm, lifetime),
    issuer: options.issuer === undefined ? undefined : checkIssuer(options.issuer),
    claims,
    organization: checkOrganization(options.organization),
    endpoints: checkEndpoints(
      options.backchannelLogout ?? [],
      readInsecureHosts(options.allowInsecureHosts ?? []),
    ),
    disableSettingJwtHeader,
  };
}

function requireObject(options: unknown): object {
  if (typeof options === "object" && options !== null) return options;
  throw new IssuerError(`usherJwt: options are missing: usherJwt({ audience: "https://api.example.com" }).`);
}

function checkAudience(audience: unknown): string | string[] {
  if (isText(audience)) return audience;
  if (Array.isArray(audience) && audience.length > 0 && audience.every(isText)) return [...audience];
  throw new IssuerError(
    `usherJwt: audience must name the API that the tokens are for, such as "https://api.example.com".`,
  );
}

function checkAlgorithm(algorithm: string): CheckedOptions["algorithm"] {
  if (algorithm === "HS256" || keyPairAlgorithms.includes(algorithm))
    return algorithm as CheckedOptions["algorithm"];
  throw new IssuerError(`usherJwt: algorithm must be HS256 or one of ${keyPairAlgorithms.join(", ")}.`);
}

/**
 * A public key that leaves the JWKS too early invalidates tokens that have not expired. A rotation interval
 * that is too short creates keys all the time.
 */
function checkKeyPairLife(keys: KeyPairLife = {}, algorithm: string, lifetime: number): KeyPairLife {
  if (typeof keys !== "object" || keys === null) {
    throw new IssuerError("usherJwt: keys must be { rotationInterval, gracePeriod }, in seconds.");
  }
  requireKnownOptions(keys, { rotationInterval: true, gracePeriod: true }, "keys.");
  const { rotationInterval, gracePeriod } = keys;
  if (algorithm === "HS256" && (rotationInterval ?? gracePeriod) !== undefined) {
    throw new IssuerError(
      "usherJwt: keys configures key pairs, and HS256 has none. Rotate the secret, or set algorithm.",
    );
  }
  requireSeconds("rotationInterval", rotationInterval, 3600);
  requireSeconds("gracePeriod", gracePeriod, 2 * lifetime);
  return keys;
}

function requireSeconds(name: string, value: number | undefined, min: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= min)) return;
  throw new IssuerError(`usherJwt: keys.${name} must be a whole number of seconds, at least ${min}.`);
}

/** Each membership takes some 80 characters of a token, and APIs accept 8192. */
const maxMemberships = 50;

function checkOrganization(organization: unknown): CheckedOptions["organization"] {
  if (organization === undefined || organization === false) return undefined;
  if (organization === true) return { memberships: 0 };
  if (typeof organization === "object" && organization !== null) {
    requireKnownOptions(organization, { memberships: true }, "organization.");
    const { memberships } = organization as { memberships?: unknown };
    if (Number.isInteger(memberships) && Number(memberships) >= 1 && Number(memberships) <= maxMemberships)
      return { memberships: Number(memberships) };
  }
  throw new IssuerError(
    `usherJwt: organization must be true, or { memberships: a whole number from 1 to ${maxMemberships} }.`,
  );
}

function checkIssuer(issuer: unknown): string {
  if (isText(issuer)) return issuer;
  throw new IssuerError(`usherJwt: issuer must be a non-empty string, such as "https://app.example.com".`);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "";
}
