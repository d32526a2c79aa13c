import { createTestIssuer } from "@usher-auth/testing";
import { AuthError, createVerifier, type Revocations, sharedSecret } from "@usher-auth/verify";
import { createLogoutEndpoint, createLogoutVerifier, type LogoutEvent } from "@usher-auth/verify/logout";
import { createRevocations, memoryRevocationStore } from "@usher-auth/verify/revocation";
import { vi } from "vitest";
import type { Behaviour, UserFunction } from "../behaviours.ts";
import type { Callback, Outcome } from "../callback.ts";

const issuer = createTestIssuer();
const formType = "application/x-www-form-urlencoded";

function logoutToken(sid: string): string {
  return issuer.tokenFor("alice", {
    expiresIn: 120,
    header: { typ: "logout+jwt" },
    claims: { sid, events: { "http://schemas.openid.net/event/backchannel-logout": {} } },
  });
}

function createParts() {
  const revocations = createRevocations({ store: memoryRevocationStore(), maxTokenAge: 900 });
  const verifier = createVerifier({
    keys: sharedSecret(issuer.secret),
    issuer: issuer.issuer,
    audience: issuer.audience,
    revocations,
  });
  return { revocations, verifier };
}

/** A listener of the endpoint, called for recorded and for rejected logouts. */
async function listening(behaviour: Behaviour) {
  const { revocations, verifier } = createParts();
  await verifier.ready();
  let misbehaves = true;
  const good = (_event: LogoutEvent) => {};
  const bad = behaviour.of(good, () => revocations.status());
  const receive = createLogoutEndpoint(verifier, { onLogout: (event) => (misbehaves ? bad : good)(event) });
  async function deliver(sid: string): Promise<Outcome> {
    const bad = await receive({ contentType: formType, body: "logout_token=x" });
    const body = new URLSearchParams({ logout_token: logoutToken(sid) }).toString();
    const answer = await receive({ contentType: formType, body });
    const code = await verifier
      .verify(issuer.tokenFor("alice", { claims: { sid } }))
      .catch((error) => error.code);
    return bad.status === 400 && answer.status === 200 && code === "token_revoked" ? "served" : "failed";
  }
  const during = await deliver("first");
  misbehaves = false;
  const afterwards = await deliver("second");
  await revocations.close();
  return { during, afterwards };
}

/** Handles a logout token, and then the same one again, as its sender would. */
async function acting(behaviour: Behaviour) {
  const { revocations, verifier } = createParts();
  const verify = createLogoutVerifier(verifier);
  const token = logoutToken("acted");
  const good: UserFunction = async () => {};
  const act = behaviour.of(good, () => verify(token, good).catch(() => undefined));
  const outcomeOf = async (run: UserFunction): Promise<Outcome> => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const done = verify(token, run as never).then(
        (): Outcome => "served",
        (error: unknown): Outcome => {
          if (!(error instanceof AuthError)) return "failed";
          return error.code === "revocations_unavailable" ? "unavailable" : "refused";
        },
      );
      await vi.advanceTimersByTimeAsync(20_000);
      return await done;
    } finally {
      vi.useRealTimers();
    }
  };
  const during = await outcomeOf(act);
  const again = await outcomeOf(good);
  await revocations.close();
  // If it was acted on, it counts as used. Otherwise it is accepted now.
  return {
    during,
    afterwards: again === (during === "served" ? "refused" : "served") ? "served" : "failed",
  } as const;
}

/** The `revoke` of custom revocations, which records an ended session. */
async function recording(behaviour: Behaviour) {
  let misbehaves = true;
  const good: UserFunction = async () => {};
  const bad = behaviour.of(good);
  const own = {
    maxTokenAge: 900,
    ready: good,
    check: () => {},
    revoke: (ended: unknown) => (misbehaves ? bad : good)(ended),
  };
  const verifier = createVerifier({
    keys: sharedSecret(issuer.secret),
    issuer: issuer.issuer,
    audience: issuer.audience,
    revocations: own as unknown as Revocations,
  });
  const receive = createLogoutEndpoint(verifier);
  const body = new URLSearchParams({ logout_token: logoutToken("own") }).toString();
  const deliver = async (): Promise<Outcome | undefined> => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const done = receive({ contentType: formType, body }).then(({ status }) => outcomes.get(status));
      done.catch(() => undefined);
      await vi.advanceTimersByTimeAsync(20_000);
      return await done.catch((): Outcome => "failed");
    } finally {
      vi.useRealTimers();
    }
  };
  const during = (await deliver()) ?? "failed";
  misbehaves = false;
  const again = await deliver();
  return {
    during,
    afterwards: again === (during === "served" ? "refused" : "served") ? "served" : "failed",
  } as const;
}

const outcomes: ReadonlyMap<number, Outcome> = new Map([
  [200, "served"],
  [400, "refused"],
  [503, "unavailable"],
]);

/** A fault in the code is reported by the framework. */
const toldToItsAuthor: Callback["expected"] = {
  usual: "served",
  throws: "failed",
  "throws a value that is not an Error": "failed",
  rejects: "failed",
  "returns a thenable that throws": "failed",
  "never settles": "unavailable",
};

export const logoutCallbacks: readonly Callback[] = [
  { name: "verify createLogoutEndpoint onLogout", use: listening, expected: { usual: "served" } },
  {
    name: "verify createLogoutEndpoint custom revocations, revoke",
    use: recording,
    expected: toldToItsAuthor,
  },
  {
    name: "verify createLogoutVerifier act",
    use: acting,
    expected: toldToItsAuthor,
  },
];
