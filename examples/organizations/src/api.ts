import { createVerifier, remoteJwks } from "@usher-auth/verify";
import { backchannelLogout, usher } from "@usher-auth/verify/fastify";
import { createRevocations } from "@usher-auth/verify/revocation";
import Fastify, { type FastifyInstance } from "fastify";
import type { Database } from "./database.ts";
import { describeApi } from "./openapi.ts";
import { greetingRoute } from "./routes/greeting.ts";
import { noteRoutes } from "./routes/notes.ts";
import { organizationRoutes } from "./routes/organization.ts";
import { projectRoutes } from "./routes/projects.ts";

export interface ApiOptions {
  /** The address of the Better Auth server: the issuer of tokens. */
  readonly authUrl: string;
  /** The address of this API: the audience of tokens. */
  readonly url: string;
  readonly database: Database;
}

/**
 * Every route requires a valid token, unless it says otherwise. `:orgId` must be the organization that the user
 * acts for, and `:userId` the user, on every route whose path has them.
 */
export async function createApi({ authUrl, url, database }: ApiOptions): Promise<FastifyInstance> {
  const revocations = createRevocations({ store: database.revocations, maxTokenAge: 900 });
  await revocations.ready();
  const verifier = createVerifier({
    keys: remoteJwks(`${authUrl}/api/auth/jwks`),
    issuer: authUrl,
    audience: url,
    maxTokenAge: 900,
    revocations,
  });

  const app = Fastify({ logger: { level: process.env.LOG_LEVEL ?? "warn" } });
  app.addHook("onClose", () => revocations.close());
  await app.register(usher, {
    verifier,
    ownerParam: { orgId: "org", userId: "sub" },
    onOwnerException: ({ principal, exceptions, request }) =>
      request.log.warn({ user: principal.id, exceptions }, "an exception to the owner was used"),
  });
  await describeApi(app, url);

  app.get("/health", { config: { public: true } }, () => ({ status: "ok" }));
  await app.register(greetingRoute);
  await app.register(projectRoutes, { rows: database.rows });
  await app.register(organizationRoutes, { rows: database.rows });
  await app.register(noteRoutes, { rows: database.rows });
  await app.register(backchannelLogout, { verifier });
  return app;
}
