import { IssuerError } from "../errors.ts";
import type { UsherJwtOptions } from "./options.ts";

const known: Readonly<Record<keyof UsherJwtOptions, true>> = {
  audience: true,
  expiresIn: true,
  issuer: true,
  algorithm: true,
  keys: true,
  claims: true,
  backchannelLogout: true,
  disableSettingJwtHeader: true,
};

/** Options of Better Auth's `jwt()`, and what to use in their place. */
const ofJwt: Readonly<Record<string, string>> = {
  jwks: "use algorithm for keyPairConfig.alg, and keys.rotationInterval and keys.gracePeriod; the rest is not supported",
  jwt: "use audience, issuer, expiresIn and claims",
  expirationTime: "use expiresIn",
  definePayload: "use claims",
  getSubject: "leave it out: sub is the user's id, which APIs hold paths and rows to",
  sign: "use algorithm",
  sessionCookieCache: 'leave it out: use session.cookieCache with strategy "compact" or "jwe"',
  schema: "leave it out: the tables have Better Auth's own names",
  adapter: "leave it out: key pairs are in Better Auth's database",
};

/**
 * @throws {IssuerError} for the first option that does not exist here: ignored, it would give other tokens
 *   than were asked for
 */
export function requireKnownOptions(options: object, names: object = known, prefix = ""): void {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(names, name));
  if (unknown === undefined) return;
  const advice = prefix === "" && Object.hasOwn(ofJwt, unknown) ? ofJwt[unknown] : undefined;
  throw new IssuerError(
    advice === undefined
      ? `usherJwt: there is no option "${prefix}${unknown}". There are ${Object.keys(names).join(", ")}.`
      : `usherJwt: "${unknown}" is an option of jwt() and none of usherJwt(): ${advice}.`,
  );
}
