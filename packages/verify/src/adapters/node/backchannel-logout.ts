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
 * Makes the request listener that an issuer tells of ended sessions: give it `POST /backchannel-logout`, or
 * whatever path the issuer was told, outside of `protect`. It is public, reads 16 KB at most, and answers
 * other methods 405. See `createLogoutEndpoint` for what it answers. Never rejects: a fault is a 500 and a
 * process warning.
 *
 * @throws {ConfigurationError} The verifier has no revocations.
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
  const receive = createLogoutEndpoint(options.verifier, options);
  return async (request, response) => {
    if (request.method !== "POST") return answerWith(methodNotAllowed, response);
    try {
      answerWith(
        await receive(await readNodeForm(request, (request as { readonly body?: unknown }).body)),
        response,
      );
    } catch (error) {
      warnOfLogoutFault(error);
      answerWith(internalError, response);
    }
  };
}

/** What is no verdict is a fault of code; where no framework is told of it, the operator is. */
function warnOfLogoutFault(error: unknown): void {
  warn(`a logout could not be taken: ${reasonOf(error)}`, "USHER_LOGOUT_FAILED");
}
