import { mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildApp } from "@usher-auth/api/src/app.ts";
import { openDatabase } from "@usher-auth/api/src/operations/open-database.ts";
import { copyPreparedDatabase } from "@usher-auth/e2e/prepared-database";
import type { TestIssuer } from "@usher-auth/testing";
import { createVerifier, localJwks, sharedSecret } from "@usher-auth/verify";
import { createRevocations } from "@usher-auth/verify/revocation";

/** The API of this repository on a real database, as it runs. */
export interface OwnApi {
  /** Listens with the issuer's secret or public keys. Resolves to the address. */
  serve(issuer: TestIssuer): Promise<string>;
  close(): Promise<void>;
}

/** Opens the database once for all tests of a file: it takes seconds. */
export async function openOwnApi(): Promise<OwnApi> {
  const folder = await mkdtemp(join(tmpdir(), "usher-audit-"));
  await copyPreparedDatabase(join(folder, "api"));
  const database = await openDatabase({ url: undefined, folder: join(folder, "api") });
  const revocations = createRevocations({ store: database.revocations, maxTokenAge: 86_400 });
  await revocations.ready();
  const apps: { close(): Promise<unknown> }[] = [];
  return {
    async serve({ secret, issuer, audience, jwks }) {
      const keySet = jwks();
      const keys = keySet.keys.length > 0 ? localJwks(JSON.stringify(keySet)) : sharedSecret(secret);
      const app = await buildApp({
        config: { issuer, audience, logLevel: "silent" },
        database,
        verifier: createVerifier({ keys, issuer, audience, revocations }),
      });
      apps.push(app);
      await app.listen({ host: "127.0.0.1", port: 0 });
      return `http://localhost:${(app.server.address() as AddressInfo).port}`;
    },
    async close() {
      for (const app of apps) await app.close();
      await revocations.close();
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
