import {
  ConfigurationError,
  type Principal,
  secretFingerprintFromEnv,
  type Verifier,
  verifierFromEnv,
} from "@usher-auth/verify";
import { type Outcome, outcomeOf, plainPrincipal } from "./outcome.ts";

/** Environment variables, and tokens that show what they lead to. The tokens are valid until 2100. */
export interface ConfigurationVector {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  readonly tokens: readonly string[];
}

/** What an environment leads to: a verifier, or a message for the operator. */
export type ConfigurationOutcome =
  | {
      readonly starts: {
        readonly fingerprint: string | null;
        readonly tokens: readonly Outcome<Principal>[];
      };
    }
  | { readonly refuses: { readonly message: string } };

export async function runConfiguration({ env, tokens }: ConfigurationVector): Promise<ConfigurationOutcome> {
  let verifier: Verifier;
  try {
    verifier = verifierFromEnv(env);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return { refuses: { message: error.message } };
  }
  const outcomes = tokens.map((token) => outcomeOf(() => plainPrincipal(verifier.verifySync(token))));
  return {
    starts: { fingerprint: secretFingerprintFromEnv(env) ?? null, tokens: await Promise.all(outcomes) },
  };
}
