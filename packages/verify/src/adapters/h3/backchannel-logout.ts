import type { H3Event } from "h3";
import { responseOf } from "../../http/answers.ts";
import type { BackchannelLogoutOptions } from "../../logout/endpoint.ts";
import { createLogoutEndpoint } from "../../logout/endpoint.ts";
import { readWebForm } from "../../logout/web-form.ts";

export type { BackchannelLogoutOptions };

/**
 * Creates the handler that receives logout tokens from the issuer. Mark its route as public. It reads at most
 * 16 KB of the body. See `createLogoutEndpoint` for its responses.
 *
 * @throws {ConfigurationError} The verifier has no revocations, or an invalid option.
 *
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import { backchannelLogout, usher } from "@usher-auth/verify/h3";
 * import { createRevocations, memoryRevocationStore } from "@usher-auth/verify/revocation";
 * import { H3 } from "h3";
 *
 * const revocations = createRevocations({ store: memoryRevocationStore(), maxTokenAge: 900 });
 * const verifier = verifierFromEnv(process.env, { revocations });
 *
 * const app = new H3();
 * app.use(usher({ verifier, ownerParam: "userId" }));
 * app.post("/backchannel-logout", backchannelLogout({ verifier }), { meta: { public: true } });
 * ```
 */
export function backchannelLogout(options: BackchannelLogoutOptions): (event: H3Event) => Promise<Response> {
  const logout = createLogoutEndpoint(options.verifier, options);
  return async (event) => responseOf(await logout(await readWebForm(event.req)));
}
