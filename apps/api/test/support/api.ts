import { join } from "node:path";
import { copyPreparedDatabase } from "@usher-auth/e2e/prepared-database";
import { createTestIssuer, type TestIssuer } from "@usher-auth/testing";
import { createVerifier, type KeySource, sharedSecret } from "@usher-auth/verify";
import { createRevocations } from "@usher-auth/verify/revocation";
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from "fastify";
import { type AppOptions, buildApp } from "../../src/app.ts";
import type { Database } from "../../src/db.ts";
import { openDatabase } from "../../src/operations/open-database.ts";
import { temporaryFolder } from "./temporary-folder.ts";

export type TestApi = {
  app: FastifyInstance;
  issuer: TestIssuer;
  /** Everything logged so far, one JSON object per line. */
  logs: string[];
  /** Sends a request with a token of `user` to a path below `/api/<user>`: `call("ada", "GET", "/tasks")`. */
  call(
    user: string,
    method: NonNullable<InjectOptions["method"]>,
    path: string,
    body?: unknown,
  ): Promise<LightMyRequestResponse>;
  /** Sends a logout token to the endpoint, as the issuer does. */
  logout(token: string): Promise<LightMyRequestResponse>;
  close(): Promise<void>;
};

/** The real app with a real database: the given one, or an embedded one in a temporary folder. */
export async function openTestApi(
  given?: Database,
  prepare?: (app: FastifyInstance) => void,
  keysOf: (issuer: TestIssuer) => KeySource = (issuer) => sharedSecret(issuer.secret),
  more: Pick<AppOptions, "showRefusals"> = {},
): Promise<TestApi> {
  const folder = temporaryFolder();
  const database = given ?? (await openEmbedded(join(folder.path, "api")));
  const issuer = createTestIssuer();
  const logs: string[] = [];
  const revocations = createRevocations({ store: database.revocations, maxTokenAge: 86_400 });
  await revocations.ready();
  const app = await buildApp({
    config: { issuer: issuer.issuer, audience: issuer.audience, logLevel: "trace" },
    database,
    verifier: createVerifier({
      keys: keysOf(issuer),
      issuer: issuer.issuer,
      audience: issuer.audience,
      revocations,
    }),
    logStream: { write: (line) => logs.push(line) },
    ...more,
  });
  prepare?.(app);
  await app.ready();
  return {
    app,
    issuer,
    logs,
    call: (user, method, path, body) =>
      app.inject({
        method,
        url: `/api/${encodeURIComponent(user)}${path}`,
        headers: { authorization: `Bearer ${issuer.tokenFor(user)}` },
        ...(body !== undefined && { payload: body as object }),
      }),
    logout: (token) =>
      app.inject({
        method: "POST",
        url: "/backchannel-logout",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        payload: `logout_token=${token}`,
      }),
    close: async () => {
      await app.close();
      await revocations.close();
      if (given === undefined) await database.close();
      folder.remove();
    },
  };
}

async function openEmbedded(folder: string): Promise<Database> {
  await copyPreparedDatabase(folder);
  return openDatabase({ url: undefined, folder });
}
