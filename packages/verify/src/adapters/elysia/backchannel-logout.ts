import type { AnyElysia } from "elysia";
import { responseOf } from "../../http/answers.ts";
import type { BackchannelLogoutOptions as EndpointOptions } from "../../logout/endpoint.ts";
import { createLogoutEndpoint } from "../../logout/endpoint.ts";
import { readWebForm } from "../../logout/web-form.ts";

/**
 * Options of {@link backchannelLogout}.
 *
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import type { BackchannelLogoutOptions } from "@usher-auth/verify/elysia";
 * import { createRevocations, memoryRevocationStore } from "@usher-auth/verify/revocation";
 *
 * const revocations = createRevocations({ store: memoryRevocationStore(), maxTokenAge: 900 });
 * const options: BackchannelLogoutOptions = {
 *   verifier: verifierFromEnv(process.env, { revocations }),
 *   path: "/auth/backchannel-logout",
 * };
 * ```
 */
export interface BackchannelLogoutOptions extends EndpointOptions {
  /** The path of the route. Default: `/backchannel-logout`. */
  readonly path?: string;
}

/**
 * Adds the public route that receives logout tokens from the issuer: `POST /backchannel-logout`. Use it after
 * {@link usher}, on the same app. It reads the body itself, up to 16 KB. See `createLogoutEndpoint` for its
 * responses.
 *
 * @throws {ConfigurationError} The verifier has no revocations, or an invalid option.
 *
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import { backchannelLogout, usher } from "@usher-auth/verify/elysia";
 * import { createRevocations, memoryRevocationStore } from "@usher-auth/verify/revocation";
 * import { Elysia } from "elysia";
 *
 * const revocations = createRevocations({ store: memoryRevocationStore(), maxTokenAge: 900 });
 * const verifier = verifierFromEnv(process.env, { revocations });
 *
 * new Elysia()
 *   .use(usher({ verifier, ownerParam: "userId" }))
 *   .use(backchannelLogout({ verifier })); // POST /backchannel-logout
 * ```
 */
export function backchannelLogout(
  options: BackchannelLogoutOptions,
): <App extends AnyElysia>(app: App) => App {
  const logout = createLogoutEndpoint(options.verifier, options);
  const handler = async ({ request }: Record<string, unknown>): Promise<Response> =>
    responseOf(await logout(await readWebForm(request as Request)));
  return (app) => {
    // Neither Elysia nor the app's own parsers may read the body.
    const route: object = { public: true, parse: "none" };
    app.post(options.path ?? "/backchannel-logout", handler, route);
    return app;
  };
}
