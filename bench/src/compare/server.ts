import { createVerifier, sharedSecret } from "@usher-auth/verify";
import { usher } from "@usher-auth/verify/fastify";
import { createRevocations, memoryRevocationStore } from "@usher-auth/verify/revocation";
import fastify from "fastify";
import type { ServerSettings } from "./workloads.ts";

/**
 * The Fastify app under comparison: one guarded route. Bundled once for each tree, run as a child process.
 *
 * It sends its address to the parent once it listens, and answers each message with the CPU time that the
 * process has used so far, in microseconds.
 */
const { secret, issuer, audience, cache, revocations } = JSON.parse(
  process.argv[2] ?? "{}",
) as ServerSettings;

const verifier = createVerifier({
  keys: sharedSecret(secret),
  issuer,
  audience,
  cache,
  ...(revocations && { revocations: await revocationsOfOne() }),
});
await verifier.ready();

const app = fastify();
await app.register(usher, { verifier, ownerParam: "userId" });
app.get("/api/:userId/tasks", () => ({ tasks: [] }));
const address = await app.listen({ port: 0, host: "127.0.0.1" });

process.on("disconnect", () => process.exit());
process.on("message", () => {
  const { user, system } = process.cpuUsage();
  process.send?.(user + system);
});
process.send?.(address);

/** One revoked session, so that no look-up is skipped because the list is empty. */
async function revocationsOfOne() {
  const list = createRevocations({ store: memoryRevocationStore(), maxTokenAge: 86_400 });
  await list.ready();
  await list.revoke({ kind: "session", id: "ended", before: Math.floor(Date.now() / 1000) });
  return list;
}
