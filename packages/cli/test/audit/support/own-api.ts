import { mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildApp } from "@usher-auth/api/src/app.ts";
import { openDatabase } from "@usher-auth/api/src/db/open.ts";
import type { TestIssuer } from "@usher-auth/testing";
import { createVerifier, localJwks, sharedSecret } from "@usher-auth/verify";

/** The real API, listening. */
export interface OwnApi {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts the API with the issuer's keys: its secret, or the public halves of its key pairs. */
export async function startOwnApi({ secret, issuer, audience, jwks }: TestIssuer): Promise<OwnApi> {
  const folder = await mkdtemp(join(tmpdir(), "usher-audit-"));
  const database = await openDatabase({ url: undefined, folder: join(folder, "api") });
  const keySet = jwks();
  const app = await buildApp({
    config: { issuer, audience, logLevel: "silent" },
    database,
    verifier: createVerifier({
      keys: keySet.keys.length > 0 ? localJwks(JSON.stringify(keySet)) : sharedSecret(secret),
      issuer,
      audience,
    }),
  });
  await app.listen({ host: "127.0.0.1", port: 0 });
  return {
    url: `http://localhost:${(app.server.address() as AddressInfo).port}`,
    async close() {
      await app.close();
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
