import { responseOf } from "../../http/answers.ts";
import { httpProblem } from "../../http/http-problem.ts";
import { refuse } from "../../http/problem.ts";
import type { BackchannelLogoutOptions } from "../../logout/endpoint.ts";
import { createLogoutEndpoint } from "../../logout/endpoint.ts";
import { readWebForm } from "../../logout/web-form.ts";

export type { BackchannelLogoutOptions };

const methodNotAllowed = refuse(httpProblem(405), { allow: "POST" });

/**
 * Makes the handler that an issuer tells of ended sessions: give it `POST /backchannel-logout`, or whatever
 * path the issuer was told, outside of `protect`. It is public, reads 16 KB at most, and answers other
 * methods 405. See `createLogoutEndpoint` for what it answers.
 *
 * @throws {ConfigurationError} The verifier has no revocations.
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
  const receive = createLogoutEndpoint(options.verifier, options);
  return async (request) =>
    responseOf(request.method === "POST" ? await receive(await readWebForm(request)) : methodNotAllowed);
}
