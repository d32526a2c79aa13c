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
  /** Default `/backchannel-logout`. */
  readonly path?: string;
}

/**
 * Adds the public route that an issuer tells of ended sessions: `POST /backchannel-logout`. Use it behind
 * {@link usher}, on the same app. It reads the body by itself, 16 KB at most. See `createLogoutEndpoint` for
 * what it answers.
 *
 * @throws {ConfigurationError} The verifier has no revocations.
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
  const receive = createLogoutEndpoint(options.verifier, options);
  const handler = async ({ request }: Record<string, unknown>): Promise<Response> =>
    responseOf(await receive(await readWebForm(request as Request)));
  return (app) => {
    // Not parsed by Elysia, nor by what the app has it parsed with.
    const route: object = { public: true, parse: "none" };
    app.post(options.path ?? "/backchannel-logout", handler, route);
    return app;
  };
}
