/**
 * `npm run audit [-- flags]`: starts both servers in memory, signs five people in, and runs `usher-auth audit`.
 * Ends with 0 if it finds nothing.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { Name } from "./people.ts";
import { seed } from "./seed.ts";
import { type Servers, startServers } from "./servers.ts";
import { type Session, signIn } from "./sign-in.ts";

const servers = await startServers({ authPort: 0, apiPort: 0, databaseUrl: process.env.AUDIT_DATABASE_URL });
try {
  await seed(servers.auth, servers.database);
  process.exitCode = await audit(servers);
} finally {
  await servers.close();
}

async function audit({ auth, authUrl, apiUrl }: Servers): Promise<number> {
  const tokenOf = async (name: Name) => (await signIn(authUrl, name)).token();
  const dave = await signIn(authUrl, "dave");
  const erin = await tokenOf("erin");
  await demoteErin(auth, dave);
  await untilRefused(`${apiUrl}/greeting`, erin);
  const tokens = {
    // Members of two organizations, and another member of A's.
    USHER_TOKEN_A: await tokenOf("alice"),
    USHER_TOKEN_B: await tokenOf("bob"),
    USHER_TOKEN_C: await tokenOf("carol"),
    // May read the notes of A, as the routes state.
    USHER_EXCEPTION_TOKEN: await dave.token(),
    // From before the change of the role.
    USHER_REVOKED_TOKEN: erin,
  };
  const { resolve } = createRequire(import.meta.url);
  const program = fileURLToPath(new URL("bin/usher-auth.js", `file://${resolve("usher-auth/package.json")}`));
  const baseline = fileURLToPath(new URL("../audit.txt", import.meta.url));
  const flags = [
    "--writes",
    "--rate=1000",
    `--baseline=${baseline}`,
    // Also in the document, which says what the guard compares: named here, so that none can be forgotten there.
    "--owner-param=userId,orgId=org",
    ...process.argv.slice(2),
  ];
  const child = spawn(process.execPath, [program, "audit", `${apiUrl}/openapi.json`, ...flags], {
    stdio: "inherit",
    env: { ...process.env, ...tokens },
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => child.kill("SIGTERM"));
  const [code] = await once(child, "exit");
  return code ?? 2;
}

async function demoteErin(auth: Servers["auth"], dave: Session): Promise<void> {
  const headers = { cookie: dave.cookie };
  const { members } = await auth.api.listMembers({ headers, query: {} });
  const erin = members.find(({ role }) => role === "admin");
  if (erin === undefined) throw new Error("erin is no administrator");
  await auth.api.updateMemberRole({ headers, body: { memberId: erin.id, role: "member" } });
}

/** The issuer notifies the API of the change at once. This waits no longer than a few seconds. */
async function untilRefused(url: string, token: string): Promise<void> {
  for (let tries = 0; tries < 30; tries++) {
    const { status } = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    if (status === 401) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
