import type { KeyObject } from "node:crypto";
import type { AuthContext } from "better-auth";
import { IssuerError } from "../errors.ts";
import type { CheckedOptions } from "../options/options.ts";
import { signingKey } from "./signing-key.ts";

/** What the plugin learns from the Better Auth instance that it is part of. */
export interface Instance {
  readonly key: KeyObject;
  readonly issuer: string;
}

/**
 * Takes the secret and the issuer out of Better Auth's own context, so that they are the ones it uses itself,
 * wherever they were set. `context.secret` is the current version, the first one, where the secrets are
 * versioned.
 *
 * @throws {IssuerError} when the secret is not fit for HS256, no issuer can be told, or another plugin has
 *   the same endpoints
 */
export function instanceFrom(context: AuthContext, options: CheckedOptions): Instance {
  requireAlone(context);
  return { key: signingKey(context.secret), issuer: options.issuer ?? originOf(context) };
}

/** Of two plugins with the same endpoints, Better Auth takes the last one's, and tells the log alone. */
function requireAlone({ options }: AuthContext): void {
  if ((options.plugins ?? []).filter(({ id }) => id === "jwt").length <= 1) return;
  throw new IssuerError(
    'usherJwt: another plugin has the id "jwt", too. Remove jwt(), or a second usherJwt() (audience takes a list).',
  );
}

function originOf(context: AuthContext): string {
  const { baseURL } = context.options;
  if (typeof baseURL === "string" && baseURL !== "") return baseURL;
  throw new IssuerError("usherJwt: set Better Auth's baseURL (or BETTER_AUTH_URL), or usherJwt's issuer.");
}

/**
 * Holds the instance that the plugin was initialised by.
 *
 * Better Auth's `jwt.sign` hook is not told which instance it signs for. One plugin object in two instances
 * could therefore sign one's tokens with the other's secret; that is refused rather than guessed.
 */
export function instanceHolder(): { set(instance: Instance): void; get(): Instance } {
  let held: Instance | undefined;
  return {
    set(instance) {
      if (held !== undefined && !(held.key.equals(instance.key) && held.issuer === instance.issuer)) {
        throw new IssuerError(
          "usherJwt: one plugin object is part of two Better Auth instances. Call usherJwt() for each.",
        );
      }
      held = instance;
    },
    get() {
      if (held === undefined) throw new IssuerError("usherJwt: Better Auth has not initialised the plugin.");
      return held;
    },
  };
}
