import type { Middleware } from "koa";
import type { BackchannelLogoutOptions as EndpointOptions } from "../../logout/endpoint.ts";
import { createLogoutEndpoint } from "../../logout/endpoint.ts";
import { readNodeForm } from "../../logout/node-form.ts";

/** Options of {@link backchannelLogout}. */
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
 * @example
 * app.use(backchannelLogout({ verifier }));
 * app.use(usher({ verifier, ownerParam: "userId" }));
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
