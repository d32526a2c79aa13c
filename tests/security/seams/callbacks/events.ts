import { createTestIssuer } from "@usher-auth/testing";
import { createVerifier, type Principal } from "@usher-auth/verify";
import { auditLog } from "@usher-auth/verify/audit";
import { subscribe, type UsherEvents } from "@usher-auth/verify/events";
import { createGuard } from "@usher-auth/verify/guard";
import { reloadedSecret } from "@usher-auth/verify/keys";
import { createLogoutEndpoint } from "@usher-auth/verify/logout";
import { createRevocations, memoryRevocationStore } from "@usher-auth/verify/revocation";
import type { Behaviour, UserFunction } from "../behaviours.ts";
import type { Callback, Outcome } from "../callback.ts";

const issuer = createTestIssuer();
const good: UserFunction = () => {};

/** Everything that publishes an event, once: `served` if each has the result that it has without a subscriber. */
async function outcomeOf(): Promise<Outcome> {
  const revocations = createRevocations({ store: memoryRevocationStore(), maxTokenAge: 900 });
  const verifier = createVerifier({
    keys: reloadedSecret(() => issuer.secret),
    issuer: issuer.issuer,
    audience: issuer.audience,
    revocations,
  });
  await verifier.ready();
  const guard = createGuard<unknown, object>({
    verifier,
    ownerParam: "userId",
    log: false,
  });
  const admit = async (userId: string, token: string): Promise<Principal<unknown> | string> => {
    const source = {};
    const request = { params: { userId }, ownerParams: guard.ownerParams, tokenInQuery: false, source };
    const owner = {
      or: [{ name: "administrators", permits: ({ id }: Principal<unknown>) => id === "admin" }],
    };
    try {
      return await guard.admit({ ...request, owner, authorization: `Bearer ${token}` });
    } catch (error) {
      return String(guard.refuse(error as never, source).status);
    }
  };
  const receive = createLogoutEndpoint(verifier);
  const logoutToken = issuer.tokenFor("alice", {
    expiresIn: 120,
    header: { typ: "logout+jwt" },
    claims: { sid: "s1", events: { "http://schemas.openid.net/event/backchannel-logout": {} } },
  });
  const contentType = "application/x-www-form-urlencoded";
  const token = issuer.tokenFor("alice", { claims: { sid: "s1", act: { sub: "admin" } } });
  const results = [
    await admit("alice", token),
    await admit("alice", issuer.tokenFor("admin")),
    await admit("bob", token),
    (await receive({ contentType, body: `logout_token=${logoutToken}` })).status,
    (await receive({ contentType, body: "logout_token=x" })).status,
    await admit("alice", token),
    await revocations.revoke({ kind: "user", id: "carol", before: Date.now() / 1000 }),
  ].map((result) => (typeof result === "object" ? result.id : result));
  await revocations.close();
  const expected = ["alice", "admin", "403", 200, 400, "401", undefined];
  return JSON.stringify(results) === JSON.stringify(expected) ? "served" : "failed";
}

/** @param start Gives the function to what calls it, and returns how to end that. */
function calling(start: (listener: UserFunction) => () => void): Callback["use"] {
  return async (behaviour: Behaviour) => {
    let misbehaves = true;
    const bad = behaviour.of(good, outcomeOf);
    const stop = start((...input) => (misbehaves ? bad : good)(...input));
    try {
      const during = await outcomeOf();
      misbehaves = false;
      return { during, afterwards: await outcomeOf() };
    } finally {
      stop();
    }
  };
}

const names = [
  "usher:verify",
  "usher:accept",
  "usher:reject",
  "usher:owner-exception",
  "usher:keys",
  "usher:revocations",
  "usher:logout",
] as const satisfies readonly (keyof UsherEvents)[];

export const eventsCallbacks: readonly Callback[] = [
  ...names.map((name) => ({
    name: `verify subscribe ${name}`,
    use: calling((listener) => subscribe(name, listener)),
    expected: { usual: "served" as const },
  })),
  {
    name: "verify auditLog write",
    use: calling((listener) => auditLog(listener)),
    expected: { usual: "served" },
  },
];
