import cors from "@fastify/cors";
import { createVerifier, sharedSecret } from "@usher-auth/verify";
import { backchannelLogout, usher } from "@usher-auth/verify/fastify";
import { requireRecentSignIn } from "@usher-auth/verify/policies";
import { createRevocations, memoryRevocationStore } from "@usher-auth/verify/revocation";
import Fastify, { type FastifyInstance } from "fastify";

export type ApiOptions = {
  /** The address of the Better Auth server: the issuer of tokens, and the origin of the app in a browser. */
  readonly authUrl: string;
  /** The address of this API: the audience of tokens. */
  readonly url: string;
  readonly secret: string;
};

type Task = { readonly id: number; readonly title: string };

/** Every route requires a valid token, and `:userId` must be its user. */
export async function createApi({ authUrl, url, secret }: ApiOptions): Promise<FastifyInstance> {
  const revocations = createRevocations({ store: memoryRevocationStore(), maxTokenAge: 300 });
  const verifier = createVerifier({
    keys: sharedSecret(secret),
    issuer: authUrl,
    audience: url,
    maxTokenAge: 300,
    revocations,
  });
  await verifier.ready();

  const app = Fastify({ logger: { level: process.env.LOG_LEVEL ?? "warn" } });
  app.addHook("onClose", () => revocations.close());
  // For the app in a browser. A phone sends no Origin.
  await app.register(cors, { origin: authUrl, methods: ["GET", "POST", "DELETE"] });
  await app.register(usher, { verifier, ownerParam: "userId" });
  await app.register(backchannelLogout, { verifier });

  const tasks = new Map<string, Task[]>();
  let lastId = 0;
  app.get<{ Params: { userId: string } }>(
    "/users/:userId/tasks",
    ({ params }) => tasks.get(params.userId) ?? [],
  );
  app.post<{ Params: { userId: string }; Body: { title: string } }>(
    "/users/:userId/tasks",
    {
      schema: {
        body: {
          type: "object",
          required: ["title"],
          properties: { title: { type: "string", minLength: 1, maxLength: 200 } },
        },
      },
    },
    ({ params, body }, reply) => {
      lastId += 1;
      const task = { id: lastId, title: body.title };
      tasks.set(params.userId, [...(tasks.get(params.userId) ?? []), task]);
      return reply.code(201).send(task);
    },
  );
  app.delete<{ Params: { userId: string } }>(
    "/users/:userId/tasks",
    { config: { policies: [requireRecentSignIn({ maxAge: Number(process.env.RECENT_SIGN_IN ?? 300) })] } },
    ({ params }, reply) => {
      tasks.delete(params.userId);
      return reply.code(204).send();
    },
  );
  return app;
}
