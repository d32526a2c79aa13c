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
  /** Default `/backchannel-logout`. */
  readonly path?: string;
}

/**
 * Makes the middleware that an issuer tells of ended sessions: it answers `POST /backchannel-logout`, and
 * passes everything else on. It is public: use it before {@link usher}. It reads the body by itself, 16 KB at
 * most, or takes what a body parser before it has left (`ctx.request.body`). See `createLogoutEndpoint` for
 * what it answers.
 *
 * @throws {ConfigurationError} The verifier has no revocations.
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
  const receive = createLogoutEndpoint(options.verifier, options);
  const { path = "/backchannel-logout" } = options;
  return async (context, next) => {
    if (context.method !== "POST" || context.path !== path) return next();
    const { body: parsed } = context.request as { readonly body?: unknown };
    const { status, headers, body } = await receive(await readNodeForm(context.req, parsed));
    context.status = status;
    // First, since Koa would put a type of its own beside it.
    context.body = body;
    if (body === "") context.remove("content-type");
    context.set({ ...headers });
  };
}
