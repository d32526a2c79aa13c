import { secretFingerprint } from "@usher-auth/verify/keys";
import { type NamedSecret, secretsIn } from "../../input/secrets.ts";
import type { Environment } from "../../terminal.ts";
import type { Cause } from "../causes.ts";
import { type Diagnosis, errorFinding, warningFinding } from "../check.ts";
import type { SignedBy } from "./signed-by.ts";
import { variantsOf } from "./variants.ts";

/** Better Auth's built-in default secret, from its public source. */
const betterAuthDefault = "better-auth-secret-12345678901234567890";

const titles: Partial<Readonly<Record<Cause, string>>> = {
  secret_whitespace: "The secrets of issuer and API differ only in whitespace.",
  secret_quotes: "The secrets of issuer and API differ only in quotes.",
  secret_base64: "The issuer signs with the base64-decoded secret, but the API verifies with its text.",
  secret_hex: "The issuer signs with the hex-decoded secret, but the API verifies with its text.",
};

/** The secrets that the API verifies with: BETTER_AUTH_SECRETS, or else BETTER_AUTH_SECRET. */
function acceptedSecrets(environment: Environment): NamedSecret[] {
  const secrets = secretsIn(environment);
  return environment.BETTER_AUTH_SECRETS
    ? secrets.filter(({ name }) => name !== "BETTER_AUTH_SECRET")
    : secrets;
}

/**
 * Finds the secret that something was signed with: `shared` if the API has it, else a finding that explains
 * the difference. An older version in BETTER_AUTH_SECRETS is both.
 */
export function explainSecret(
  isSignedBy: SignedBy,
  environment: Environment,
): { shared?: string; finding?: Diagnosis } {
  const accepted = acceptedSecrets(environment);
  const match = accepted.find(({ value }) => isSignedBy(value));
  if (match !== undefined) {
    return { shared: match.name, ...(!match.signs && { finding: oldVersion(match, accepted) }) };
  }
  return {
    finding: otherSecret(isSignedBy, environment) ?? variant(isSignedBy, environment) ?? differs(accepted),
  };
}

function oldVersion({ name }: NamedSecret, accepted: readonly NamedSecret[]): Diagnosis {
  const newest = accepted[0]?.name ?? "the first one";
  return warningFinding(
    "secret_old_version",
    "The issuer still signs with an older secret.",
    [`signed with ${name}; in these settings ${newest} comes first`],
    [
      "Set the same BETTER_AUTH_SECRETS at the issuer and restart it. Keep the older version in the list until then.",
    ],
  );
}

/** A secret in another variable. */
function otherSecret(isSignedBy: SignedBy, environment: Environment): Diagnosis | undefined {
  const { BETTER_AUTH_SECRET: single, AUTH_SECRET: authSecret } = environment;
  if (single && isSignedBy(single)) {
    return errorFinding(
      "secret_single_ignored",
      "The issuer signs with BETTER_AUTH_SECRET, which the API ignores because BETTER_AUTH_SECRETS is set.",
      ["the signature matches BETTER_AUTH_SECRET, but no version in BETTER_AUTH_SECRETS"],
      [`BETTER_AUTH_SECRETS="$BETTER_AUTH_SECRETS,${freeVersion(environment)}:$BETTER_AUTH_SECRET"`],
    );
  }
  if (authSecret && isSignedBy(authSecret)) {
    return errorFinding(
      "secret_auth_secret",
      "The issuer signs with AUTH_SECRET, which the API does not read.",
      ["the signature matches AUTH_SECRET, which Better Auth uses if BETTER_AUTH_SECRET is not set"],
      ['BETTER_AUTH_SECRET="$AUTH_SECRET"'],
    );
  }
  if (!isSignedBy(betterAuthDefault)) return undefined;
  return errorFinding(
    "secret_issuer_default",
    "The issuer has no secret: it signs with Better Auth's built-in default, which is public.",
    ["the signature matches the default in Better Auth's public source: anyone can sign such a token"],
    ['BETTER_AUTH_SECRET="$(openssl rand -base64 48)" # the same value at the issuer and the API'],
  );
}

/** A variant of a secret. */
function variant(isSignedBy: SignedBy, environment: Environment): Diagnosis | undefined {
  const { AUTH_SECRET } = environment;
  const secrets = [
    ...secretsIn(environment),
    ...(AUTH_SECRET ? [{ name: "AUTH_SECRET", value: AUTH_SECRET }] : []),
  ];
  for (const { name, value } of secrets) {
    const match = variantsOf(value).find((candidate) => isSignedBy(candidate.value));
    if (match !== undefined) {
      const variable = name.split(" ", 1).join();
      const title = titles[match.cause] ?? "The secrets of issuer and API differ.";
      return errorFinding(
        match.cause,
        title,
        [`the signature matches ${name} ${match.how}`],
        match.fix(variable),
      );
    }
  }
  return undefined;
}

function differs(accepted: readonly NamedSecret[]): Diagnosis {
  return errorFinding(
    "secret_differs",
    "Issuer and API do not have the same secret.",
    [
      ...accepted.map(({ name, value }) => `${name} has the fingerprint ${secretFingerprint(value)} here`),
      "also tried: trimmed, with and without quotes, decoded from base64 and hex, AUTH_SECRET, Better Auth's default",
    ],
    [
      "npx usher-auth fingerprint # run it with the settings of each side: the output must be the same",
      "Then set BETTER_AUTH_SECRET at the API to the issuer's value, and restart the API.",
    ],
  );
}

function freeVersion(environment: Environment): number {
  const taken = new Set(secretsIn(environment).map(({ name }) => Number(name.split(" ").at(-1))));
  let version = 0;
  while (taken.has(version)) version++;
  return version;
}
