import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { type LogoutReceived, subscribe } from "../../src/events/index.ts";
import { AuthError } from "../../src/index.ts";
import { createLogoutEndpoint } from "../../src/logout/index.ts";
import { memoryRevocationStore, type Revocation } from "../../src/revocation/index.ts";
import { createRevokingBench, logoutTokenFor } from "../revoking.ts";
import { startSeconds } from "../support.ts";

/** What subscribers of `usher:logout` learn, and who a logout's revocation is by. */

beforeEach(() => {
  vi.spyOn(process, "emitWarning").mockImplementation(() => {});
});
afterEach(() => {
  vi.restoreAllMocks();
});

const formOf = (token: string) => ({
  contentType: "application/x-www-form-urlencoded",
  body: new URLSearchParams({ logout_token: token }).toString(),
});

function listen(): LogoutReceived[] {
  const events: LogoutReceived[] = [];
  onTestFinished(subscribe("usher:logout", (event) => events.push(event)));
  return events;
}

describe("usher:logout", () => {
  it("reports a recorded logout, whose revocation is by the issuer", async () => {
    const events = listen();
    const { issuer, verifier, store } = await createRevokingBench();
    const receive = createLogoutEndpoint(verifier);
    await receive(formOf(logoutTokenFor(issuer)));
    await receive(formOf(logoutTokenFor(issuer, { claims: { jti: "2", sid: undefined } })));
    await receive(formOf(logoutTokenFor(issuer, { claims: { jti: "3", sub: undefined, sid: "s2" } })));
    expect(events).toStrictEqual([
      { status: 200, subject: "alice", sessionId: "s1" },
      { status: 200, subject: "alice" },
      { status: 200, sessionId: "s2" },
    ]);
    const loaded: Revocation[] = [];
    for await (const batch of store.load()) loaded.push(...batch);
    expect(loaded).toEqual([
      { kind: "session", id: "s1", before: startSeconds, by: "https://app.example.com" },
      { kind: "user", id: "alice", before: startSeconds, by: "https://app.example.com" },
      { kind: "session", id: "s2", before: startSeconds, by: "https://app.example.com" },
    ]);
  });

  it("reports a rejected one, without its token, and of one that was not recorded", async () => {
    const events = listen();
    const store = memoryRevocationStore();
    const { issuer, verifier } = await createRevokingBench({ store });
    const receive = createLogoutEndpoint(verifier);
    const rejected = logoutTokenFor(issuer, { claims: { aud: "https://other.example.com" } });
    await receive(formOf(rejected));
    await receive({ contentType: "text/plain", body: "x" });
    store.append = async () => {
      throw new Error("down");
    };
    await receive(formOf(logoutTokenFor(issuer)));
    expect(events.map(({ status, code }) => [status, code])).toEqual([
      [400, "audience_rejected"],
      [400, "bad_request"],
      [503, "revocations_unavailable"],
    ]);
    for (const { hint, subject, sessionId } of events) {
      expect(hint).toBeTypeOf("string");
      expect([subject, sessionId]).toEqual([undefined, undefined]);
    }
    expect(JSON.stringify(events)).not.toContain(rejected.split(".")[1]);
  });

  it("has no hint if the error has none", async () => {
    const events = listen();
    const { issuer, verifier, revocations } = await createRevokingBench();
    vi.spyOn(revocations, "revoke").mockRejectedValue(new AuthError("revocations_unavailable"));
    await createLogoutEndpoint(verifier)(formOf(logoutTokenFor(issuer)));
    expect(events).toStrictEqual([{ status: 503, code: "revocations_unavailable" }]);
  });

  it("answers the same with a subscriber that throws", async () => {
    onTestFinished(
      subscribe("usher:logout", () => {
        throw new Error("the subscriber's");
      }),
    );
    const { issuer, verifier } = await createRevokingBench();
    const { status } = await createLogoutEndpoint(verifier)(formOf(logoutTokenFor(issuer)));
    expect(status).toBe(200);
  });
});
