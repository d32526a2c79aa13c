import { ConfigurationError, sharedSecret, verifierFromEnv } from "@usher-auth/verify";
import { type NamedSecret, secretsIn } from "../../input/secrets.ts";
import type { Environment } from "../../terminal.ts";
import type { Cause } from "../causes.ts";
import {
  type CheckInput,
  type CheckResult,
  type Diagnosis,
  errorFinding,
  noFindings,
  warningFinding,
} from "../check.ts";
import { issuerFrom } from "../facts/base-url.ts";
import { hasSettings } from "../facts/key-kinds.ts";
import { insecureJwksFinding } from "./insecure-jwks.ts";
import { rowSettingsFinding } from "./row-settings.ts";
import { withUsherWarnings } from "./warnings.ts";

const newSecret =
  'BETTER_AUTH_SECRET="$(openssl rand -base64 48)" # the same value at the issuer and the API';

/** RFC 7518 section 3.2: an HS256 key has at least as many bits as the hash. */
const shortestSecret = 32;

/** Checks whether an API can start with the settings, and whether the secrets are strong. */
export async function checkSettings({
  environment,
  environmentName,
  isFile,
}: Pick<CheckInput, "environment" | "environmentName" | "isFile">): Promise<CheckResult> {
  if (!isFile && !hasSettings(environment)) return noFindings;
  const secrets = await Promise.all(secretsIn(environment).map(secretFinding));
  const findings = [...secrets, rowSettingsFinding(environment)].filter((finding) => finding !== undefined);
  if (findings.some(({ severity }) => severity === "error")) return { findings, confirmed: [] };
  try {
    verifierFromEnv(environment);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const finding = insecureJwksFinding(error.message, environment) ?? wrongSettings(error, environmentName);
    return { findings: [...findings, finding], confirmed: [] };
  }
  return {
    findings,
    confirmed: [`${environmentName}: an API can start with these settings`, ...originNote(environment)],
  };
}

/** The origin of BETTER_AUTH_URL, if that is not the whole value. */
function originNote(environment: Environment): string[] {
  const issuer = issuerFrom(environment);
  const isWhole = issuer === undefined || issuer === environment.BETTER_AUTH_URL;
  return isWhole ? [] : [`BETTER_AUTH_URL is read as ${issuer}: only its origin counts, as in Better Auth`];
}

function wrongSettings({ message }: ConfigurationError, environmentName: string): Diagnosis {
  const lines = message.split("\n");
  const missing = lines.flatMap((line) => /^(\w+) is not set\./.exec(line)?.[1] ?? []);
  if (missing.length === 0) {
    return errorFinding("settings_wrong", "The API cannot start with these settings.", [message], [message]);
  }
  return errorFinding(
    "settings_missing",
    `${new Intl.ListFormat("en").format(missing)} ${missing.length === 1 ? "is" : "are"} not set in ${environmentName}.`,
    lines,
    missing.map((name) => fixes[name] ?? message),
  );
}

const fixes: Readonly<Record<string, string>> = {
  BETTER_AUTH_SECRET: "BETTER_AUTH_SECRET=… # the same value as at the Better Auth server",
  BETTER_AUTH_URL: "BETTER_AUTH_URL=https://app.example.com # Better Auth's baseURL",
  API_URL: "API_URL=https://api.example.com # the audience in the issuer's tokens",
  USHER_JWKS_URL: "USHER_JWKS_URL=https://app.example.com/api/auth/jwks",
  USHER_ACCESS_TOKEN_ISSUER: "USHER_ACCESS_TOKEN_ISSUER=https://app.example.com/api/auth",
  USHER_ACCESS_TOKEN_SCOPES: "USHER_ACCESS_TOKEN_SCOPES=tasks:read # or none",
};

async function secretFinding({ name, value }: NamedSecret): Promise<Diagnosis | undefined> {
  const { result: refusal, codes } = await withUsherWarnings(() => refusalOf(value));
  if (refusal !== undefined) {
    const cause = causeOf(value);
    return errorFinding(
      cause,
      titles[cause] ?? "The API does not accept the secret.",
      [`${name}: ${refusal}`],
      [newSecret],
    );
  }
  if (!codes.has("USHER_SECRET_WEAK")) return undefined;
  const evidence = [`${name} repeats few characters: it has less than 96 bits of entropy`];
  return warningFinding("secret_weak", "The secret may be easy to guess.", evidence, [newSecret]);
}

const titles: Partial<Readonly<Record<Cause, string>>> = {
  secret_default: "The secret is a published default: anyone can sign tokens with it.",
  secret_too_short: "The secret is too short: it can be guessed from any token.",
  secret_is_public_key: "The secret is set to a key document. A public key is not a secret.",
};

function causeOf(value: string): Cause {
  if (/-----BEGIN |^\s*\{|^(?:ssh|ecdsa)-/.test(value)) return "secret_is_public_key";
  return Buffer.byteLength(value) < shortestSecret ? "secret_too_short" : "secret_default";
}

function refusalOf(secret: string): string | undefined {
  try {
    sharedSecret(secret);
    return undefined;
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message;
    throw error;
  }
}
