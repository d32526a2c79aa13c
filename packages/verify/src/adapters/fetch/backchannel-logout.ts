import { responseOf } from "../../http/answers.ts";
import { httpProblem } from "../../http/http-problem.ts";
import { refuse } from "../../http/problem.ts";
import type { BackchannelLogoutOptions } from "../../logout/endpoint.ts";
import { createLogoutEndpoint } from "../../logout/endpoint.ts";
import { readWebForm } from "../../logout/web-form.ts";

export type { BackchannelLogoutOptions };

const methodNotAllowed = refuse(httpProblem(405), { allow: "POST" });

/**
 * Creates the handler that receives logout tokens from the issuer. Use it for `POST /backchannel-logout`, or
 * for the path that the issuer is configured with, outside `protect`. It is public, reads at most 16 KB, and
 * answers 405 to other methods. See `createLogoutEndpoint` for its responses.
 *
 * @throws {ConfigurationError} The verifier has no revocations, or an invalid option.
 *
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import { backchannelLogout } from "@usher-auth/verify/fetch";
 * import { createRevocations, memoryRevocationStore } from "@usher-auth/verify/revocation";
 *
 * const revocations = createRevocations({ store: memoryRevocationStore(), maxTokenAge: 900 });
 * const verifier = verifierFromEnv(process.env, { revocations });
 *
 * // In Next.js: app/backchannel-logout/route.ts
 * export const POST = backchannelLogout({ verifier });
 * ```
 */
export function backchannelLogout(
  options: BackchannelLogoutOptions,
): (request: Request) => Promise<Response> {
  const logout = createLogoutEndpoint(options.verifier, options);
  return async (request) =>
    responseOf(request.method === "POST" ? await logout(await readWebForm(request)) : methodNotAllowed);
}
