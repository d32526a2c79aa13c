import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as pause } from "node:timers/promises";
import { type BetterAuthOptions, betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { toNodeHandler } from "better-auth/node";
import { jwt } from "better-auth/plugins/jwt";
import { onTestFinished } from "vitest";

/** The secret of the Better Auth server, and the API that its tokens are for. */
export const secret = "a-test-secret-that-is-long-enough-for-hs256";
export const audience = "https://api.example.com";

/** Waits for a time that is different for each request, and the same in each run. */
export function delay(request: number): Promise<void> {
  return pause((request * 7919) % 13);
}

/** A server on a free port, until the test ends. */
export async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const defaults = {
  baseURL: "http://127.0.0.1",
  secret,
  emailAndPassword: {
    enabled: true,
    // Better Auth's own takes its time, on purpose.
    password: { hash: async (password) => password, verify: async ({ hash, password }) => hash === password },
  },
  plugins: [jwt()],
  telemetry: { enabled: false },
  logger: { disabled: true },
} satisfies BetterAuthOptions;

/** A Better Auth in this process, with its plugin `jwt()` unless `options` say otherwise. */
export async function startBetterAuth(options: Partial<BetterAuthOptions> = {}) {
  const database = new DatabaseSync(":memory:");
  const all = { ...defaults, database, ...options };
  const auth = betterAuth(all as typeof all & Pick<typeof defaults, "plugins">);
  await (await getMigrations(auth.options)).runMigrations();

  /** The cookie of a new user's session. */
  async function signUp(name: string): Promise<string> {
    const body = { email: `${name}@example.com`, name, password: "correct horse battery" };
    const { headers } = await auth.api.signUpEmail({ body, returnHeaders: true });
    return headers
      .getSetCookie()
      .map((line) => line.split(";")[0])
      .join("; ");
  }

  return { auth, database, signUp, serve: () => listen(toNodeHandler(auth)) };
}
