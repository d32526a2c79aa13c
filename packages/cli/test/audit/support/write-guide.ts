// Writes real outputs into docs/guide/audit.md:
// npx node --conditions=@usher-auth/source packages/cli/test/audit/support/write-guide.ts
import { auditOfBrokenApi, auditOfOwnApi, show } from "./guide.ts";
import { openOwnApi } from "./own-api.ts";

const api = await openOwnApi();
show(
  new Map([
    ["broken", await auditOfBrokenApi()],
    ["sound", await auditOfOwnApi(api)],
  ]),
);
await api.close();
