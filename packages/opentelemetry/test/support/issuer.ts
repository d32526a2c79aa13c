import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { DatabaseSync } from "node:sqlite";
import { type UsherJwtPlugin, usherJwt } from "@usher-auth/issuer";
import { type AuthContext, type BetterAuthPlugin, betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { onTestFinished } from "vitest";

/** A backend's logout endpoint, which answers with `status`. */
export interface Backend {
  readonly endpoint: string;
  /** As in a metric. */
  readonly host: string;
  status: number;
}

export async function startBackend(): Promise<Backend> {
  const server = createServer((request, response) => {
    request.resume().on("end", () => response.writeHead(backend.status).end());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const backend: Backend = { endpoint: `http://${host}/backchannel-logout`, host, status: 200 };
  return backend;
}

const origin = "https://app.example.com";

/** A real Better Auth, by default with an empty database in memory, which notifies these endpoints. */
export async function startIssuer(
  endpoints: string[],
  database: DatabaseSync = new DatabaseSync(":memory:"),
) {
  const tokens = usherJwt({ audience: "https://api.example.com", backchannelLogout: endpoints });
  const auth = betterAuth({
    baseURL: origin,
    secret: "a-test-secret-that-is-long-enough-for-hs256",
    database,
    emailAndPassword: {
      enabled: true,
      password: {
        hash: async (password: string) => password,
        verify: async ({ hash, password }: { hash: string; password: string }) => hash === password,
      },
    },
    logger: { disabled: true },
    telemetry: { enabled: false },
    plugins: [tokens] as unknown as [UsherJwtPlugin & BetterAuthPlugin],
  });
  onTestFinished(() => tokens.stop());
  await (await getMigrations(auth.options)).runMigrations();
  const { adapter } = (await auth.$context) as unknown as AuthContext;

  /** A user signs up and signs out again. Returns the ids. */
  async function signOut(email: string): Promise<string[]> {
    const post = (path: string, body: object, cookie = "") =>
      auth.handler(
        new Request(`${origin}/api/auth${path}`, {
          method: "POST",
          headers: { "content-type": "application/json", origin, cookie },
          body: JSON.stringify(body),
        }),
      );
    const answer = await post("/sign-up/email", { email, name: "Ada", password: "correct horse battery" });
    const cookie = answer.headers
      .getSetCookie()
      .map((line) => line.split(";", 1)[0])
      .join("; ");
    const { user } = (await answer.json()) as { user: { id: string } };
    const [session] = await adapter.findMany<{ id: string }>({
      model: "session",
      where: [{ field: "userId", value: user.id }],
    });
    const { status } = await post("/sign-out", {}, cookie);
    if (status !== 200 || session === undefined) throw new Error(`sign-out: ${status}`);
    return [user.id, session.id];
  }

  return { auth, adapter, database, signOut };
}
