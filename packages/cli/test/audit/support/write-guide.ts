// Writes the outputs of real runs into docs/guide/audit.md:
// npx node --conditions=@usher-auth/source packages/cli/test/audit/support/write-guide.ts
import { auditOfBroken, auditOfSound, show } from "./guide.ts";
import { openOwnApi } from "./own-api.ts";

const api = await openOwnApi();
show(
  new Map([
    ["broken", await auditOfBroken()],
    ["sound", await auditOfSound(api)],
  ]),
);
await api.close();
