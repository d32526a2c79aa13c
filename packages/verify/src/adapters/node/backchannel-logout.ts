import type { IncomingMessage, ServerResponse } from "node:http";
import { answerWith } from "../../http/answers.ts";
import { httpProblem } from "../../http/http-problem.ts";
import { refuse } from "../../http/problem.ts";
import { reasonOf } from "../../log-text.ts";
import type { BackchannelLogoutOptions } from "../../logout/endpoint.ts";
import { createLogoutEndpoint } from "../../logout/endpoint.ts";
import { readNodeForm } from "../../logout/node-form.ts";
import { warn } from "../../warning.ts";

export type { BackchannelLogoutOptions };

const methodNotAllowed = refuse(httpProblem(405), { allow: "POST" });
const internalError = refuse(httpProblem(500), {});

/**
 * Creates the request listener that receives logout tokens from the issuer. Use it for `POST
 * /backchannel-logout`, or for the path that the issuer is configured with, outside `protect`. It is public,
 * reads at most 16 KB, and answers 405 to other methods. See `createLogoutEndpoint` for its responses. Never
 * rejects: an unexpected error becomes a 500 and the process warning `USHER_LOGOUT_FAILED`.
 *
 * @throws {ConfigurationError} The verifier has no revocations, or an invalid option.
 *
 * @example
 * ```ts
 * import { createServer } from "node:http";
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import { backchannelLogout, usher } from "@usher-auth/verify/node";
 * import { createRevocations, memoryRevocationStore } from "@usher-auth/verify/revocation";
 *
 * const revocations = createRevocations({ store: memoryRevocationStore(), maxTokenAge: 900 });
 * const verifier = verifierFromEnv(process.env, { revocations });
 *
 * const guard = usher({ verifier, ownerParam: "userId" });
 * const logout = backchannelLogout({ verifier });
 * const tasks = guard.protect({ path: "/api/:userId/tasks" }, (_request, response) => response.end("[]"));
 *
 * export const server = createServer((request, response) =>
 *   request.url === "/backchannel-logout" ? logout(request, response) : tasks(request, response),
 * );
 * ```
 */
export function backchannelLogout(
  options: BackchannelLogoutOptions,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const logout = createLogoutEndpoint(options.verifier, options);
  return async (request, response) => {
    if (request.method !== "POST") return answerWith(methodNotAllowed, response);
    try {
      answerWith(
        await logout(await readNodeForm(request, (request as { readonly body?: unknown }).body)),
        response,
      );
    } catch (error) {
      warnOfLogoutError(error);
      answerWith(internalError, response);
    }
  };
}

/** Reports an unexpected error. Without a framework to handle it, it becomes a process warning. */
function warnOfLogoutError(error: unknown): void {
  warn(`a logout failed: ${reasonOf(error)}`, "USHER_LOGOUT_FAILED");
}
