import { afterEach, describe, expect, it, vi } from "vitest";
import { ConfigurationError } from "../../src/index.ts";
import { createLogoutEndpoint, type LogoutAnswer } from "../../src/logout/index.ts";
import { memoryRevocationStore } from "../../src/revocation/index.ts";
import { createRevokingBench, logoutTokenFor } from "../revoking.ts";
import { createBench, verdict } from "../support.ts";

const formType = "application/x-www-form-urlencoded";

function formOf(token: string): { contentType: string; body: string } {
  return { contentType: formType, body: new URLSearchParams({ logout_token: token }).toString() };
}

function codeOf({ status, body }: LogoutAnswer): string {
  return `${status} ${body === "" ? "" : JSON.parse(body).code}`.trim();
}

describe("createLogoutEndpoint", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it("warns of an onLogout that fails, by name, and of nothing without one", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    const { issuer, verifier } = await createRevokingBench();
    await createLogoutEndpoint(verifier)(formOf(logoutTokenFor(issuer)));
    expect(warn).not.toHaveBeenCalled();
    const onLogout = () => {
      throw new Error("broken");
    };
    await createLogoutEndpoint(verifier, { onLogout })(formOf(logoutTokenFor(issuer)));
    expect(warn.mock.calls.map(([text]) => text)).toEqual(['onLogout failed: "broken"']);
  });

  it("rejects an onLogout that is not a function", async () => {
    const { verifier } = await createRevokingBench();
    const create = () => createLogoutEndpoint(verifier, { onLogout: "log" as never });
    expect(create).toThrow(ConfigurationError);
    expect(create).toThrow("backchannelLogout: onLogout must be a function.");
  });

  it("ends the session, and no other session or user", async () => {
    const { issuer, verifier } = await createRevokingBench();
    const receive = createLogoutEndpoint(verifier);
    const ended = issuer.tokenFor("alice", { claims: { sid: "s1" } });
    const other = issuer.tokenFor("alice", { claims: { sid: "s2" } });
    const bobs = issuer.tokenFor("bob", { claims: { sid: "s3" } });
    expect([ended, other, bobs].map((token) => verdict(verifier, token))).toEqual(Array(3).fill("accepted"));

    const answer = await receive(formOf(logoutTokenFor(issuer)));
    expect(answer).toEqual({ status: 200, headers: { "cache-control": "no-store" }, body: "" });
    expect([ended, other, bobs].map((token) => verdict(verifier, token))).toEqual([
      "token_revoked",
      "accepted",
      "accepted",
    ]);
  });

  it("ends all sessions of a user up to that time if no session is named", async () => {
    const { issuer, verifier, clock } = await createRevokingBench();
    const receive = createLogoutEndpoint(verifier);
    const tokens = ["s1", "s2"].map((sid) => issuer.tokenFor("alice", { claims: { sid } }));
    const bobs = issuer.tokenFor("bob");
    const happened = clock() / 1000;
    clock.advance(60);
    const since = issuer.tokenFor("alice");
    // A late delivery, signed again.
    await receive(formOf(logoutTokenFor(issuer, { claims: { sid: undefined, toe: happened } })));
    expect(tokens.map((token) => verdict(verifier, token))).toEqual(["token_revoked", "token_revoked"]);
    expect([since, bobs].map((token) => verdict(verifier, token))).toEqual(["accepted", "accepted"]);
  });

  it("rejects hostile logout tokens with a 400 problem, and changes nothing", async () => {
    const { issuer, verifier, revocations } = await createRevokingBench();
    const receive = createLogoutEndpoint(verifier);
    const token = issuer.tokenFor("alice", { claims: { sid: "s1" } });
    const before = revocations.status();
    const good = logoutTokenFor(issuer);
    const hostile = {
      "wrong typ": [formOf(logoutTokenFor(issuer, { header: { typ: "JWT" } })), "token_unsupported"],
      nonce: [formOf(logoutTokenFor(issuer, { claims: { nonce: "n" } })), "claims_invalid"],
      "an event before 1970": [formOf(logoutTokenFor(issuer, { claims: { toe: -1 } })), "claims_invalid"],
      "no events": [formOf(logoutTokenFor(issuer, { claims: { events: undefined } })), "claims_invalid"],
      "another audience": [formOf(logoutTokenFor(issuer, { wrongAudience: true })), "audience_rejected"],
      "an ordinary token": [formOf(token), "token_unsupported"],
      forged: [formOf(logoutTokenFor(issuer, { wrongSecret: true })), "signature_invalid"],
      "no token": [{ contentType: formType, body: "logout=1" }, "bad_request"],
      "an empty token": [formOf(""), "token_malformed"],
      "two tokens": [
        { contentType: formType, body: `logout_token=${good}&logout_token=${good}` },
        "bad_request",
      ],
      JSON: [
        { contentType: "application/json", body: JSON.stringify({ logout_token: good }) },
        "bad_request",
      ],
      "no type": [{ contentType: undefined, body: `logout_token=${good}` }, "bad_request"],
      "no body": [{ contentType: formType, body: undefined }, "bad_request"],
      "1 MB": [
        { contentType: formType, body: `logout_token=${good}&a=${"a".repeat(1_000_000)}` },
        "bad_request",
      ],
      "1 MB of token": [formOf("a".repeat(1_000_000)), "bad_request"],
      "bytes that are not UTF-8": [
        { contentType: formType, body: Buffer.from([0xff, 0x00, 0xfe]) },
        "bad_request",
      ],
    } as const;
    for (const [name, [request, code]] of Object.entries(hostile)) {
      const answer = await receive(request);
      expect(codeOf(answer), name).toBe(`400 ${code}`);
      expect(answer.headers, name).toEqual({
        "content-type": "application/problem+json",
        "cache-control": "no-store",
      });
      expect(answer.refused?.hint, name).toEqual(expect.any(String));
      expect(answer.body, name).not.toContain(good);
    }
    expect(revocations.status()).toEqual(before);
    expect(verdict(verifier, token)).toBe("accepted");
  });

  it.each([
    [
      "JSON",
      { contentType: "application/json", body: "{}" },
      "The body must be a form (application/x-www-form-urlencoded).",
    ],
    [
      "no type",
      { contentType: undefined, body: "" },
      "The body must be a form (application/x-www-form-urlencoded).",
    ],
    ["no body", { contentType: formType, body: undefined }, "The form must have 1 to 16384 bytes."],
    [
      "one byte too many",
      { contentType: formType, body: "a".repeat(16_385) },
      "The form must have 1 to 16384 bytes.",
    ],
    [
      "no token",
      { contentType: formType, body: "a".repeat(16_384) },
      "The form must have exactly one logout_token.",
    ],
    [
      "two tokens",
      { contentType: formType, body: "logout_token=a&logout_token=a" },
      "The form must have exactly one logout_token.",
    ],
  ])("tells sender and operator what is wrong with the form: %s", async (_case, request, sentence) => {
    const { verifier } = await createRevokingBench();
    const { body, refused } = await createLogoutEndpoint(verifier)(request);
    expect(JSON.parse(body).detail).toBe(sentence);
    expect(refused).toEqual({ code: "bad_request", hint: sentence });
  });

  it("returns a frozen answer", async () => {
    const { issuer, verifier } = await createRevokingBench();
    const answer = await createLogoutEndpoint(verifier)(formOf(logoutTokenFor(issuer)));
    expect([answer, answer.headers].map(Object.isFrozen)).toEqual([true, true]);
  });

  it("rejects a replayed logout token", async () => {
    const { issuer, verifier } = await createRevokingBench();
    const receive = createLogoutEndpoint(verifier);
    const form = formOf(logoutTokenFor(issuer));
    expect(codeOf(await receive(form))).toBe("200");
    expect(codeOf(await receive(form))).toBe("400 claims_invalid");
  });

  it("does not grow, whatever it gets", async () => {
    const { issuer, verifier, revocations } = await createRevokingBench();
    const receive = createLogoutEndpoint(verifier);
    const form = formOf(logoutTokenFor(issuer));
    await receive(form);
    for (let count = 0; count < 500; count++) {
      await receive(form);
      await receive(formOf(logoutTokenFor(issuer, { wrongSecret: true, claims: { sid: `s${count}` } })));
      await receive(formOf(logoutTokenFor(issuer, { claims: { sid: "s1" } })));
    }
    expect(revocations.status().entries).toBe(1);
  });

  it("accepts a form with media type parameters, with other fields, and as bytes", async () => {
    const { issuer, verifier } = await createRevokingBench();
    const receive = createLogoutEndpoint(verifier);
    const body = Buffer.from(`state=x&logout_token=${logoutTokenFor(issuer)}`);
    expect(
      codeOf(await receive({ contentType: " Application/X-WWW-Form-Urlencoded ; charset=UTF-8", body })),
    ).toBe("200");
  });

  it("answers 503 if the store does not record the revocation", async () => {
    const store = memoryRevocationStore();
    const { append } = store;
    const { issuer, verifier } = await createRevokingBench({ store });
    const receive = createLogoutEndpoint(verifier);
    const token = issuer.tokenFor("alice", { claims: { sid: "s1" } });
    const form = formOf(logoutTokenFor(issuer));
    store.append = () => Promise.reject(new Error("connection lost"));
    const answer = await receive(form);
    expect(codeOf(answer)).toBe("503 revocations_unavailable");
    expect(answer.headers).toMatchObject({ "retry-after": "5", "cache-control": "no-store" });
    expect(answer.headers).not.toHaveProperty("www-authenticate");
    expect(answer.refused?.hint).toContain("connection lost");
    expect(answer.body).not.toContain("connection lost");
    expect(verdict(verifier, token)).toBe("accepted");

    store.append = append;
    expect(codeOf(await receive(form))).toBe("200");
    expect(verdict(verifier, token)).toBe("token_revoked");
  });

  it("needs a verifier with revocations", () => {
    expect(() => createLogoutEndpoint(createBench().verifier)).toThrow("createRevocations");
  });
});
