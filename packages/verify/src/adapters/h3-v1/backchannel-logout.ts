import type { IncomingMessage, ServerResponse } from "node:http";
import { answerWith } from "../../http/answers.ts";
import type { BackchannelLogoutOptions } from "../../logout/endpoint.ts";
import { createLogoutEndpoint } from "../../logout/endpoint.ts";
import { readNodeForm } from "../../logout/node-form.ts";

export type { BackchannelLogoutOptions };

/** An event of h3 1's, as far as the endpoint goes. */
interface NodeEvent {
  readonly node: {
    readonly req: IncomingMessage & { readonly body?: unknown };
    readonly res: ServerResponse;
  };
}

/**
 * Makes the handler that an issuer tells of ended sessions. It is public: it must stand before {@link usher}.
 * It reads 16 KB of the body at most. See `createLogoutEndpoint` for what it answers.
 *
 * @throws {ConfigurationError} The verifier has no revocations.
 *
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import { backchannelLogout } from "@usher-auth/verify/h3-v1";
 * import { createRevocations, memoryRevocationStore } from "@usher-auth/verify/revocation";
 *
 * const revocations = createRevocations({ store: memoryRevocationStore(), maxTokenAge: 900 });
 * const verifier = verifierFromEnv(process.env, { revocations });
 *
 * export const logout = backchannelLogout({ verifier });
 * // router.post("/backchannel-logout", defineEventHandler(logout)), before the guard
 * ```
 */
export function backchannelLogout(options: BackchannelLogoutOptions): (event: NodeEvent) => Promise<void> {
  const receive = createLogoutEndpoint(options.verifier, options);
  return async ({ node: { req, res } }) => answerWith(await receive(await readNodeForm(req, req.body)), res);
}
