import type { IncomingMessage, ServerResponse } from "node:http";
import { answerWith } from "../../http/answers.ts";
import type { BackchannelLogoutOptions } from "../../logout/endpoint.ts";
import { createLogoutEndpoint } from "../../logout/endpoint.ts";
import { readNodeForm } from "../../logout/node-form.ts";

export type { BackchannelLogoutOptions };

/** The parts of an h3 1 event that the endpoint uses. */
interface NodeEvent {
  readonly node: {
    readonly req: IncomingMessage & { readonly body?: unknown };
    readonly res: ServerResponse;
  };
}

/**
 * Creates the handler that receives logout tokens from the issuer. It is public: it must run before {@link
 * usher}. It reads at most 16 KB of the body. See `createLogoutEndpoint` for its responses.
 *
 * @throws {ConfigurationError} The verifier has no revocations, or an invalid option.
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
  const logout = createLogoutEndpoint(options.verifier, options);
  return async ({ node: { req, res } }) => answerWith(await logout(await readNodeForm(req, req.body)), res);
}
