import { IssuerError } from "../errors.ts";

/** Options of Better Auth's `jwt()` that do not exist here, and what to use instead. */
const jwtOptions: Readonly<Record<string, string>> = {
  jwks: "use algorithm for keyPairConfig.alg, keys.rotationInterval and keys.gracePeriod; remove the rest",
  jwt: "use audience, issuer, expiresIn and claims",
  expirationTime: "use expiresIn",
  definePayload: "use claims",
  getSubject: "remove it: sub is the user's id, which APIs compare with paths and rows",
  sign: "use algorithm",
  sessionCookieCache: 'remove it: use session.cookieCache with strategy "compact" or "jwe"',
  schema: "remove it: the tables keep Better Auth's names",
  adapter: "remove it: key pairs are stored in Better Auth's database",
};

/**
 * Rejects an option that does not exist. Ignoring it would issue other tokens than the ones that were asked
 * for.
 *
 * @param names - the options that exist
 * @param prefix - of nested options, for the message: `"keys."`
 * @throws {IssuerError} for the first unknown option
 */
export function requireKnownOptions(options: object, names: object, prefix = ""): void {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(names, name));
  if (unknown === undefined) return;
  const advice = prefix === "" && Object.hasOwn(jwtOptions, unknown) ? jwtOptions[unknown] : undefined;
  throw new IssuerError(
    advice === undefined
      ? `usherJwt: unknown option "${prefix}${unknown}". The options are ${Object.keys(names).join(", ")}.`
      : `usherJwt: "${unknown}" is an option of jwt(), not of usherJwt(): ${advice}.`,
  );
}
