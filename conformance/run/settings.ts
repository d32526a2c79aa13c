import { createVerifier, type KeySource, localJwks, sharedSecret, type Verifier } from "@usher-auth/verify";

/** The settings of a verifier, as the vectors write them. */
export interface Settings {
  readonly keys: readonly KeySettings[];
  readonly issuer: string | readonly string[];
  readonly audience: string | readonly string[] | null;
  readonly clockTolerance?: number;
  readonly maxTokenAge?: number;
  readonly maxTokenLength?: number;
  readonly typ?: string;
}

type KeySettings = SecretSettings | JwksSettings;

interface SecretSettings {
  readonly secret: string | readonly { readonly version: number; readonly value: string }[];
  readonly algorithm?: "HS256" | "HS384" | "HS512";
  readonly issuer?: string | readonly string[];
}

interface JwksSettings {
  readonly jwks: { readonly keys: readonly object[] };
  readonly rsaAlgorithm?: "RS256" | "RS384" | "RS512" | "PS256" | "PS384" | "PS512";
  readonly issuer?: string | readonly string[];
}

/** Creates the verifier that a vector describes, with a clock that stands still at `now`. */
export function verifierOf({ keys, ...options }: Settings, now: number): Verifier {
  return createVerifier({ ...options, keys: keys.map(keySource), clock: () => now * 1000 });
}

function keySource(settings: KeySettings): KeySource {
  if ("secret" in settings) {
    const { secret, ...options } = settings;
    return sharedSecret(secret, options);
  }
  const { jwks, ...options } = settings;
  return localJwks(jwks, options);
}
