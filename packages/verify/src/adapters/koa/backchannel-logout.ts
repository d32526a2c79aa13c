import type { Middleware } from "koa";
import type { BackchannelLogoutOptions as EndpointOptions } from "../../logout/endpoint.ts";
import { createLogoutEndpoint } from "../../logout/endpoint.ts";
import { readNodeForm } from "../../logout/node-form.ts";

/**
 * Options of {@link backchannelLogout}.
 *
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import type { BackchannelLogoutOptions } from "@usher-auth/verify/koa";
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
  /** The path to answer. Default: `/backchannel-logout`. */
  readonly path?: string;
}

/**
 * Creates the middleware that receives logout tokens from the issuer. It answers `POST /backchannel-logout`
 * and passes all other requests on. It is public: add it before {@link usher}. It reads the body itself, up
 * to 16 KB, or uses the result of an earlier body parser (`ctx.request.body`). See `createLogoutEndpoint` for
 * its responses.
 *
 * @throws {ConfigurationError} The verifier has no revocations, or an invalid option.
 *
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import { backchannelLogout, usher } from "@usher-auth/verify/koa";
 * import { createRevocations, memoryRevocationStore } from "@usher-auth/verify/revocation";
 * import Koa from "koa";
 *
 * const revocations = createRevocations({ store: memoryRevocationStore(), maxTokenAge: 900 });
 * const verifier = verifierFromEnv(process.env, { revocations });
 *
 * const app = new Koa();
 * app.use(backchannelLogout({ verifier })); // public: before the guard
 * app.use(usher({ verifier, ownerParam: "userId" }));
 * ```
 */
export function backchannelLogout(options: BackchannelLogoutOptions): Middleware {
  const logout = createLogoutEndpoint(options.verifier, options);
  const { path = "/backchannel-logout" } = options;
  return async (context, next) => {
    if (context.method !== "POST" || context.path !== path) return next();
    const { body: parsed } = context.request as { readonly body?: unknown };
    const { status, headers, body } = await logout(await readNodeForm(context.req, parsed));
    context.status = status;
    context.body = body;
    // Koa has chosen one by the body. The headers have the right one, if there is one.
    context.remove("content-type");
    context.set({ ...headers });
  };
}
