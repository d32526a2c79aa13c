import type { KeyObject } from "node:crypto";
import type { AuthContext } from "better-auth";
import { IssuerError } from "../errors.ts";
import type { CheckedOptions } from "../options/check-options.ts";
import { requireKeyPairForOAuth } from "./oauth-provider.ts";
import { signingKey } from "./signing-key.ts";

/** What the plugin reads from the Better Auth instance that it is installed in. */
export interface Instance {
  readonly key: KeyObject;
  readonly issuer: string;
}

/**
 * Reads the secret and the issuer from Better Auth's context, so that they are the ones that Better Auth
 * uses, however they were configured. With versioned secrets, `context.secret` is the current version, the
 * first one.
 *
 * @throws {IssuerError} when the secret is too weak for HS256, the issuer is not known, another plugin has
 *   the same endpoints, or an OAuth provider of the instance needs a key pair
 */
export function instanceFrom(context: AuthContext, options: CheckedOptions): Instance {
  requireSinglePlugin(context);
  if (options.algorithm === "HS256") requireKeyPairForOAuth(context);
  return { key: signingKey(context.secret), issuer: options.issuer ?? originOf(context) };
}

/** When two plugins have the same endpoints, Better Auth uses the last one's and only logs it. */
function requireSinglePlugin({ options }: AuthContext): void {
  if ((options.plugins ?? []).filter(({ id }) => id === "jwt").length <= 1) return;
  throw new IssuerError(
    'usherJwt: another plugin has the id "jwt". Remove jwt() or a second usherJwt(); audience takes a list.',
  );
}

function originOf(context: AuthContext): string {
  const { baseURL } = context.options;
  if (typeof baseURL === "string" && baseURL !== "") return baseURL;
  throw new IssuerError("usherJwt: set Better Auth's baseURL (or BETTER_AUTH_URL), or usherJwt's issuer.");
}

/**
 * Stores the instance that initialised the plugin.
 *
 * Better Auth does not tell the `jwt.sign` hook which instance it signs for. With one plugin object in two
 * instances, a token of one could be signed with the secret of the other, so that is an error.
 */
export function instanceHolder(): { set(instance: Instance): void; get(): Instance } {
  let current: Instance | undefined;
  return {
    set(instance) {
      if (
        current !== undefined &&
        !(current.key.equals(instance.key) && current.issuer === instance.issuer)
      ) {
        throw new IssuerError(
          "usherJwt: one plugin object is used in two Better Auth instances. Call usherJwt() for each.",
        );
      }
      current = instance;
    },
    get() {
      if (current === undefined)
        throw new IssuerError("usherJwt: Better Auth has not initialised the plugin.");
      return current;
    },
  };
}
