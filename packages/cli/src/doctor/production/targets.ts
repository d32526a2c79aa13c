import type { Environment } from "../../terminal.ts";

/** What `--production` looks at, beside the settings and the issuer. */
export interface ProductionTargets {
  /** The API's health endpoint, which needs no token. */
  readonly health: URL | undefined;
  /** The API's endpoint for logout tokens. Default: `/backchannel-logout` after API_URL. */
  readonly logout: URL | undefined;
}

/** The input of a check for production: where issuer and API are. */
export interface ProductionInput extends ProductionTargets {
  readonly environment: Environment;
  readonly issuer: URL | undefined;
  /** The API's base URL. */
  readonly api: URL | undefined;
}

/** A path below a base URL. */
export function under(base: URL, path: string): URL {
  const root = base.pathname.endsWith("/") ? base.href : `${base.origin}${base.pathname}/`;
  return new URL(path, root);
}
