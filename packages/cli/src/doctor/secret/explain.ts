import { secretFingerprint } from "@usher-auth/verify/keys";
import { type NamedSecret, secretsIn } from "../../input/secrets.ts";
import type { Environment } from "../../terminal.ts";
import type { Cause } from "../causes.ts";
import { type Diagnosis, errorFinding, warningFinding } from "../check.ts";
import type { SignedBy } from "./signed-by.ts";
import { variantsOf } from "./variants.ts";

/** Better Auth's built-in secret, for when none is set. It is in its public source. */
const betterAuthDefault = "better-auth-secret-12345678901234567890";

const titles: Partial<Readonly<Record<Cause, string>>> = {
  secret_whitespace: "The secrets of issuer and API differ by whitespace only.",
  secret_quotes: "The secrets of issuer and API differ by quotes only.",
  secret_base64: "The issuer signs with the base64-decoded secret, the API verifies with its text.",
  secret_hex: "The issuer signs with the hex-decoded secret, the API verifies with its text.",
};

/** Of the secrets in the settings, those that the API verifies with: the list, or else the single one. */
function acceptedSecrets(environment: Environment): NamedSecret[] {
  const secrets = secretsIn(environment);
  return environment.BETTER_AUTH_SECRETS
    ? secrets.filter(({ name }) => name !== "BETTER_AUTH_SECRET")
    : secrets;
}

/**
 * Which secret something was signed with: `shared` where the API has it, else a finding that says how the two
 * differ. An older version of a list is shared, and a finding too.
 */
export function explainSecret(
  proof: SignedBy,
  environment: Environment,
): { shared?: string; finding?: Diagnosis } {
  const accepted = acceptedSecrets(environment);
  const match = accepted.find(({ value }) => proof(value));
  if (match !== undefined) {
    return { shared: match.name, ...(!match.signs && { finding: oldVersion(match, accepted) }) };
  }
  return { finding: otherSecret(proof, environment) ?? variant(proof, environment) ?? differs(accepted) };
}

function oldVersion({ name }: NamedSecret, accepted: readonly NamedSecret[]): Diagnosis {
  const newest = accepted[0]?.name ?? "the first one";
  return warningFinding(
    "secret_old_version",
    "The issuer still signs with an older secret.",
    [`signed with ${name}; the settings have ${newest} before it`],
    [
      "Give the issuer the same BETTER_AUTH_SECRETS, and restart it. Until then the older version must stay in the list.",
    ],
  );
}

/** Another secret by another name. */
function otherSecret(proof: SignedBy, environment: Environment): Diagnosis | undefined {
  const { BETTER_AUTH_SECRET: single, AUTH_SECRET: authSecret } = environment;
  if (single && proof(single)) {
    return errorFinding(
      "secret_single_ignored",
      "The issuer signs with BETTER_AUTH_SECRET, which counts for nothing where BETTER_AUTH_SECRETS is set.",
      ["the signature matches BETTER_AUTH_SECRET and no version of BETTER_AUTH_SECRETS"],
      [`BETTER_AUTH_SECRETS="$BETTER_AUTH_SECRETS,${freeVersion(environment)}:$BETTER_AUTH_SECRET"`],
    );
  }
  if (authSecret && proof(authSecret)) {
    return errorFinding(
      "secret_auth_secret",
      "The issuer signs with AUTH_SECRET, and the API does not read that one.",
      ["the signature matches AUTH_SECRET, which Better Auth takes where BETTER_AUTH_SECRET is not set"],
      ['BETTER_AUTH_SECRET="$AUTH_SECRET"'],
    );
  }
  if (!proof(betterAuthDefault)) return undefined;
  return errorFinding(
    "secret_issuer_default",
    "The issuer has no secret: it signs with Better Auth's built-in default, which everybody knows.",
    ["the signature matches the default in Better Auth's public source: anybody can make such a token"],
    ['BETTER_AUTH_SECRET="$(openssl rand -base64 48)" # the same value for issuer and API'],
  );
}

/** The same secret, read in another way. */
function variant(proof: SignedBy, environment: Environment): Diagnosis | undefined {
  const { AUTH_SECRET } = environment;
  const secrets = [
    ...secretsIn(environment),
    ...(AUTH_SECRET ? [{ name: "AUTH_SECRET", value: AUTH_SECRET }] : []),
  ];
  for (const { name, value } of secrets) {
    const match = variantsOf(value).find((candidate) => proof(candidate.value));
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
      ...accepted.map(({ name, value }) => `${name} here has the fingerprint ${secretFingerprint(value)}`),
      "tried as well: trimmed, quoted and unquoted, decoded from base64 and hex, AUTH_SECRET, Better Auth's default",
    ],
    [
      "npx usher-auth fingerprint # run it with the settings of each side: it must print the same",
      "Then set BETTER_AUTH_SECRET here to the issuer's value, and restart.",
    ],
  );
}

function freeVersion(environment: Environment): number {
  const taken = new Set(secretsIn(environment).map(({ name }) => Number(name.split(" ").at(-1))));
  let version = 0;
  while (taken.has(version)) version++;
  return version;
}
