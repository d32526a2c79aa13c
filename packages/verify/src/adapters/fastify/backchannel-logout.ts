import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { BackchannelLogoutOptions as EndpointOptions } from "../../logout/endpoint.ts";
import { createLogoutEndpoint } from "../../logout/endpoint.ts";
import { longestLogoutForm } from "../../logout/form.ts";

/**
 * Options of {@link backchannelLogout}.
 *
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import type { BackchannelLogoutOptions } from "@usher-auth/verify/fastify";
 * import { createRevocations, memoryRevocationStore } from "@usher-auth/verify/revocation";
 *
 * const revocations = createRevocations({ store: memoryRevocationStore(), maxTokenAge: 900 });
 * const options: BackchannelLogoutOptions = {
 *   verifier: verifierFromEnv(process.env, { revocations }),
 *   onLogout: ({ status }) => console.log(`logout: ${status}`),
 * };
 * ```
 */
export interface BackchannelLogoutOptions extends EndpointOptions {
  /** The path below the plugin's prefix. Default: `/backchannel-logout`. */
  readonly path?: string;
}

/**
 * Adds the public route that receives logout tokens from the issuer: `POST /backchannel-logout`. It reads the
 * body itself, up to 16 KB, and ignores the app's parsers. See `createLogoutEndpoint` for its responses.
 *
 * @throws {ConfigurationError} The verifier has no revocations, or an invalid option.
 *
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import { backchannelLogout, usher } from "@usher-auth/verify/fastify";
 * import { createRevocations, memoryRevocationStore } from "@usher-auth/verify/revocation";
 * import fastify from "fastify";
 *
 * const revocations = createRevocations({ store: memoryRevocationStore(), maxTokenAge: 900 });
 * const verifier = verifierFromEnv(process.env, { revocations });
 *
 * const app = fastify();
 * await app.register(usher, { verifier, ownerParam: "userId" });
 * await app.register(backchannelLogout, { verifier }); // POST /backchannel-logout
 * ```
 */
export async function backchannelLogout(
  app: FastifyInstance,
  options: BackchannelLogoutOptions,
): Promise<void> {
  const receive = createLogoutEndpoint(options.verifier, options);

  async function answer(
    request: FastifyRequest,
    reply: FastifyReply,
    body: Buffer | undefined,
  ): Promise<void> {
    const {
      status,
      headers,
      body: text,
      refused,
    } = await receive({
      contentType: request.headers["content-type"],
      body,
    });
    if (refused === undefined) request.log.info("logout recorded by usher");
    else request.log.warn(refused, "logout refused by usher");
    reply.code(status).headers(headers).send(Buffer.from(text));
  }

  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  app.setErrorHandler<FastifyError>(async (error, request, reply) => {
    // A body that is too long or incomplete gets the response to an unreadable form.
    if ((error.statusCode ?? 500) >= 500) throw error;
    await answer(request, reply, undefined);
    return reply;
  });
  app.post(
    options.path ?? "/backchannel-logout",
    { config: { public: true }, bodyLimit: longestLogoutForm },
    async (request, reply) => {
      await answer(request, reply, request.body as Buffer | undefined);
      return reply;
    },
  );
}
