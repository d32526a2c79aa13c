/** The module `better-auth/plugins/jwt`, with `usherJwt()` in place of `jwt()`. */
import { type UsherJwtOptions, type UsherJwtPlugin, usherJwt } from "@usher-auth/issuer";
import type { AuthContext } from "better-auth";
import type { JwtOptions } from "better-auth/plugins/jwt";

export {
  createJwk,
  generateExportedKeyPair,
  getJwtToken,
  resolveSigningKey,
  signJWT,
  toExpJWT,
  verifyJWT,
} from "better-auth/plugins/jwt";

/** The default of Better Auth's tests. */
const origin = "http://localhost:3000";

/**
 * Takes the options of `jwt()` and creates the plugin with those of `usherJwt()`. The ones that have no
 * equivalent are left out: a test that needs one fails, and differences.ts says why.
 */
export function jwt({ jwks, jwt: token, ...options }: JwtOptions = {}): UsherJwtPlugin {
  const { keyPairConfig, rotationInterval, gracePeriod } = jwks ?? {};
  const { issuer, audience, expirationTime, definePayload } = token ?? {};
  const plugin = usherJwt({
    algorithm: keyPairConfig?.alg ?? "EdDSA",
    audience: audience ?? origin,
    keys: { rotationInterval, gracePeriod },
    disableSettingJwtHeader: options.disableSettingJwtHeader,
    ...defined({ issuer, expiresIn: expirationTime, claims: definePayload }),
  } as UsherJwtOptions);
  return { ...plugin, init: (context) => plugin.init(withBaseURL(context)) };
}

/** With a dynamic base URL, `usherJwt()` needs an issuer. One for all, or a whole file of tests would not load. */
function withBaseURL(context: AuthContext): AuthContext {
  if (typeof context.options.baseURL !== "object") return context;
  return { ...context, options: { ...context.options, baseURL: origin } };
}

function defined(values: object): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
