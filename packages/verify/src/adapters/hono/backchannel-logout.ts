import type { Context } from "hono";
import { responseOf } from "../../http/answers.ts";
import type { BackchannelLogoutOptions } from "../../logout/endpoint.ts";
import { createLogoutEndpoint } from "../../logout/endpoint.ts";
import { readWebForm } from "../../logout/web-form.ts";

export type { BackchannelLogoutOptions };

/**
 * Creates the handler that receives logout tokens from the issuer. It is public: add it before {@link usher}.
 * It reads at most 16 KB of the body. See `createLogoutEndpoint` for its responses.
 *
 * @throws {ConfigurationError} The verifier has no revocations, or an invalid option.
 *
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import { backchannelLogout, usher } from "@usher-auth/verify/hono";
 * import { createRevocations, memoryRevocationStore } from "@usher-auth/verify/revocation";
 * import { Hono } from "hono";
 *
 * const revocations = createRevocations({ store: memoryRevocationStore(), maxTokenAge: 900 });
 * const verifier = verifierFromEnv(process.env, { revocations });
 *
 * const open = new Hono();
 * open.post("/backchannel-logout", backchannelLogout({ verifier })); // public: before the guard
 * const app = usher(open, { verifier, ownerParam: "userId" });
 * ```
 */
export function backchannelLogout(
  options: BackchannelLogoutOptions,
): (context: Context) => Promise<Response> {
  const logout = createLogoutEndpoint(options.verifier, options);
  return async ({ req }) => {
    const form = await readWebForm(req.raw);
    // If a middleware has read the body, Hono has cached it.
    const body = form.body ?? (req.raw.bodyUsed ? await req.text().catch(() => undefined) : undefined);
    return responseOf(await logout({ ...form, body }));
  };
}
