import {
  AuthError,
  ConfigurationError,
  createVerifier,
  type KeySource,
  localJwks,
  remoteJwks,
  sharedSecret,
  verifierFromEnv,
} from "@usher-auth/verify";
import { secretFingerprint } from "@usher-auth/verify/keys";
import { createRevocations, memoryRevocationStore, type Revocation } from "@usher-auth/verify/revocation";

/** Keys to verify with, as data. */
export type Keys =
  | { readonly secret: string; readonly algorithm: "HS256" | "HS384" | "HS512" }
  | { readonly jwks: { readonly keys: readonly object[] } }
  | { readonly url: string };

/** A command for the core. */
export type CoreCommand =
  | {
      readonly name: "verify";
      readonly keys: Keys;
      readonly issuer: string;
      readonly audience: string;
      readonly now: number;
      readonly tokens: readonly string[];
    }
  | { readonly name: "secret"; readonly secret: string }
  | {
      readonly name: "revoke";
      /** The variables for `verifierFromEnv`. */
      readonly variables: Readonly<Record<string, string>>;
      readonly token: string;
      readonly revocation: Revocation;
    };

/** The outcome for a token: the principal, or the rejection. */
export interface Verdict {
  readonly code: string;
  readonly hint?: string | undefined;
  readonly principal?: object;
  /** The outcome of the second verification, which for a valid token comes from the cache. */
  readonly again: string;
  readonly frozen?: boolean;
}

export async function answerCore(command: CoreCommand): Promise<unknown> {
  switch (command.name) {
    case "verify":
      return verifyAll(command);
    case "secret":
      return describeSecret(command.secret);
    case "revoke":
      return revokeOne(command);
  }
}

export async function verifyAll(command: CoreCommand & { readonly name: "verify" }): Promise<Verdict[]> {
  const { keys, issuer, audience, now, tokens } = command;
  const verifier = createVerifier({ keys: sourceOf(keys), issuer, audience, clock: () => now });
  const verdicts: Verdict[] = [];
  for (const token of tokens) {
    const first = await judge(async () => {
      const principal = await verifier.verify(token);
      const frozen = Object.isFrozen(principal) && Object.isFrozen(principal.claims);
      return { code: "accepted", principal, frozen };
    });
    const again = await judge(async () => ({ code: verifier.verifySync(token) && "accepted" }));
    verdicts.push({ ...first, again: again.code });
  }
  return verdicts;
}

/**
 * The outcomes for a token before and after its revocation, with a verifier from environment variables.
 */
export async function revokeOne(command: CoreCommand & { readonly name: "revoke" }): Promise<string[]> {
  const { variables, token, revocation } = command;
  const revocations = createRevocations({ store: memoryRevocationStore(), maxTokenAge: 3600 });
  const verifier = verifierFromEnv(variables, { revocations });
  const look = async () =>
    (await judge(async () => ({ code: verifier.verifySync(token) && "accepted" }))).code;
  await verifier.ready();
  const before = await look();
  await revocations.revoke(revocation);
  const after = await look();
  await revocations.close();
  return [before, after];
}

/** Fingerprints of secrets, and messages about secrets that must not contain them. */
export function describeSecret(secret: string): object {
  const warnings: string[] = [];
  const { emitWarning } = process;
  process.emitWarning = ((_message: unknown, options: { code: string }) =>
    warnings.push(options.code)) as never;
  try {
    const source = sharedSecret(secret);
    return {
      fingerprint: secretFingerprint(secret),
      json: JSON.stringify(source),
      text: String(source),
      warnings,
    };
  } catch (error) {
    if (error instanceof ConfigurationError) return { refused: error.message, warnings };
    throw error;
  } finally {
    process.emitWarning = emitWarning;
  }
}

function sourceOf(keys: Keys): KeySource {
  if ("secret" in keys) return sharedSecret(keys.secret, { algorithm: keys.algorithm });
  return "jwks" in keys ? localJwks(keys.jwks as never) : remoteJwks(keys.url);
}

async function judge<Found extends { readonly code: string }>(
  look: () => Promise<Found>,
): Promise<Found | { readonly code: string; readonly hint?: string | undefined }> {
  try {
    return await look();
  } catch (error) {
    // Any other error is a finding, and returned as it is.
    if (!(error instanceof AuthError)) return { code: `${error}` };
    return { code: error.code, hint: error.hint };
  }
}
