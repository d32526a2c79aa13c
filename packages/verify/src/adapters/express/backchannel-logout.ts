import type { RequestHandler } from "express";
import { answerWith } from "../../http/answers.ts";
import type { BackchannelLogoutOptions } from "../../logout/endpoint.ts";
import { createLogoutEndpoint } from "../../logout/endpoint.ts";
import { readNodeForm } from "../../logout/node-form.ts";

export type { BackchannelLogoutOptions };

/**
 * Creates the handler that receives logout tokens from the issuer. It is public: add it before {@link usher}.
 * It reads the body itself, up to 16 KB, or uses the result of an earlier body parser. See
 * `createLogoutEndpoint` for its responses.
 *
 * @throws {ConfigurationError} The verifier has no revocations, or an invalid option.
 *
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import { backchannelLogout, usher } from "@usher-auth/verify/express";
 * import { createRevocations, memoryRevocationStore } from "@usher-auth/verify/revocation";
 * import express from "express";
 *
 * const revocations = createRevocations({ store: memoryRevocationStore(), maxTokenAge: 900 });
 * const verifier = verifierFromEnv(process.env, { revocations });
 *
 * const app = express();
 * app.post("/backchannel-logout", backchannelLogout({ verifier })); // public: before the guard
 * app.use(usher({ verifier, ownerParam: "userId" }));
 * ```
 */
export function backchannelLogout(options: BackchannelLogoutOptions): RequestHandler {
  const logout = createLogoutEndpoint(options.verifier, options);
  return (request, response, next) => {
    readNodeForm(request, request.body)
      .then(logout)
      .then((answer) => answerWith(answer, response))
      .catch(next);
  };
}
