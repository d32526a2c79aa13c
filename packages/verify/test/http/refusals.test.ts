import { describe, expect, it } from "vitest";
import { AuthError, authErrorCodes } from "../../src/errors.ts";
import { httpProblem } from "../../src/http/http-problem.ts";
import { notFound, refuse } from "../../src/http/problem.ts";
import { createLogoutRefusals, createRefusals } from "../../src/http/refusals.ts";

const challenge = (code: string, description: string) =>
  `Bearer realm="api", error="${code}", error_description="${description}"`;

/** DESIGN: one closed list. Status and challenge of each code, written out a second time on purpose. */
const expected: Record<string, [status: number, error: string | undefined]> = {
  credentials_missing: [401, undefined],
  credentials_ambiguous: [400, "invalid_request"],
  token_too_large: [401, "invalid_token"],
  token_malformed: [401, "invalid_token"],
  token_unsupported: [401, "invalid_token"],
  algorithm_rejected: [401, "invalid_token"],
  key_unknown: [401, "invalid_token"],
  signature_invalid: [401, "invalid_token"],
  claims_invalid: [401, "invalid_token"],
  issuer_rejected: [401, "invalid_token"],
  audience_rejected: [401, "invalid_token"],
  token_expired: [401, "invalid_token"],
  token_not_yet_valid: [401, "invalid_token"],
  token_revoked: [401, "invalid_token"],
  owner_mismatch: [403, undefined],
  scope_insufficient: [403, "insufficient_scope"],
  impersonation_forbidden: [403, undefined],
  reauthentication_required: [401, "insufficient_user_authentication"],
  keys_unavailable: [503, undefined],
  revocations_unavailable: [503, undefined],
};

/** The response to a code of another version, whose meaning is not known. */
const unauthorized = (status: number) => ({
  type: "urn:usher-auth:error:unauthorized",
  title: "Unauthorized",
  status,
  code: "unauthorized",
  detail: "The request's credentials are not accepted.",
});

// Responses are created within the tests: a mutant has no effect while a test file is loaded.
describe("createRefusals", () => {
  it("has a response for every code", () => {
    expect(authErrorCodes).toEqual(Object.keys(expected));
  });

  it("answers a code of another version like an invalid token", () => {
    expect(createRefusals("api", false).for({ code: "of_a_newer_version" })).toEqual(
      refuse(unauthorized(401), { "www-authenticate": 'Bearer realm="api", error="invalid_token"' }),
    );
  });

  it("answers the code of another version's outage with 503", () => {
    for (const refusals of [createRefusals("api", false), createLogoutRefusals()])
      expect(refusals.for({ code: "new_unavailable" })).toEqual(
        refuse(httpProblem(503), { "retry-after": "5" }),
      );
  });

  it.each(authErrorCodes)("answers %s", (code) => {
    const [status, error] = expected[code] as [number, string | undefined];
    const { headers, body, ...rest } = createRefusals("api", false).for({ code });
    const problem = JSON.parse(body);
    expect(rest.status).toBe(status);
    expect(problem).toEqual({
      type: `urn:usher-auth:error:${code}`,
      title: `${code.charAt(0).toUpperCase()}${code.slice(1).replaceAll("_", " ")}`,
      status,
      code,
      detail: new AuthError(code).message,
    });
    expect(headers["content-type"]).toBe("application/problem+json");
    expect(headers["cache-control"]).toBe("no-store");
    expect(headers["retry-after"]).toBe(status === 503 ? "5" : undefined);
    const bare = status === 503 ? undefined : 'Bearer realm="api"';
    expect(headers["www-authenticate"]).toBe(error === undefined ? bare : challenge(error, problem.detail));
  });

  it("has the configured realm", () => {
    expect(
      createRefusals("tasks", false).for({ code: "credentials_missing" }).headers["www-authenticate"],
    ).toBe('Bearer realm="tasks"');
  });

  it("answers for another owner's path as if it did not exist", () => {
    const { headers, body, status } = createRefusals("api", true).for({ code: "owner_mismatch" });
    expect(status).toBe(404);
    expect(JSON.parse(body)).toEqual(httpProblem(404));
    expect(headers["www-authenticate"]).toBeUndefined();
    const plain = createRefusals("api", false);
    for (const code of authErrorCodes.filter((one) => one !== "owner_mismatch")) {
      expect(createRefusals("api", true).for({ code })).toEqual(plain.for({ code }));
    }
  });
});

describe("what a client needs", () => {
  const metadataUrl = "https://api.example.com/.well-known/oauth-protected-resource";
  const resource = `, resource_metadata="${metadataUrl}"`;
  const create = () => createRefusals("api", false, metadataUrl);
  const answer = (code: string, more: object) => {
    const { headers, body } = create().for({ code, ...more });
    const { scope, max_age } = JSON.parse(body);
    return [
      /(?:, (?:scope|max_age)=.*)?, resource_metadata.*/.exec(headers["www-authenticate"] ?? "")?.[0],
      scope,
      max_age,
    ];
  };

  it("is in the challenge and in the body: the scopes (RFC 6750 section 3)", () => {
    expect(answer("scope_insufficient", { scopes: ["tasks:read", "tasks:write"] })).toEqual([
      `, scope="tasks:read tasks:write"${resource}`,
      "tasks:read tasks:write",
      undefined,
    ]);
  });

  it("is in the challenge and in the body: the age of a sign-in (RFC 9470 section 3)", () => {
    for (const maxAge of [0, 300])
      expect(answer("reauthentication_required", { maxAge })).toEqual([
        `, max_age="${maxAge}"${resource}`,
        undefined,
        maxAge,
      ]);
  });

  it("is the URL of the metadata in every challenge (RFC 9728 section 5.1)", () => {
    const plain = createRefusals("api", false);
    for (const code of [...authErrorCodes, "of_a_newer_version"]) {
      const bare = plain.for({ code }).headers["www-authenticate"];
      const challenge = bare === undefined ? undefined : `${bare}${resource}`;
      expect(create().for({ code }).headers["www-authenticate"], code).toBe(challenge);
    }
  });

  it("is not in a header that is longer than a proxy may accept", () => {
    const longest = ["s".repeat(999), "t".repeat(1000)];
    expect(answer("scope_insufficient", { scopes: longest })[1]).toBe(longest.join(" "));
    const tooLong = ["s".repeat(1000), "t".repeat(1000)];
    expect(answer("scope_insufficient", { scopes: tooLong })).toEqual([resource, undefined, undefined]);
  });

  it.each<[string, unknown]>([
    ["a quote", ['a"b']],
    ["a backslash", ["a\\b"]],
    ["a line break", ["a\r\nSet-Cookie: x"]],
    ["a letter that is not ASCII", ["é"]],
    ["two scopes in one text", ["a b"]],
    ["an empty scope", ["a", ""]],
    ["no scope", []],
    ["a number", [7]],
    ["a list in a list", [["a"]]],
    ["a value that throws as text", [{ toString: () => expect.unreachable() }]],
    ["a text", "a"],
  ])("has no scopes with %s", (_case, scopes) => {
    expect(answer("scope_insufficient", { scopes })).toEqual([resource, undefined, undefined]);
  });

  it.each([[-1], [1.5], ["300"], [Number.NaN], [Number.POSITIVE_INFINITY], [2 ** 53], [null]])(
    "has no age of %j",
    (maxAge) => {
      expect(answer("reauthentication_required", { maxAge })).toEqual([resource, undefined, undefined]);
    },
  );

  it("belongs to its code only", () => {
    const refusals = create();
    const all = { scopes: ["a"], maxAge: 5 };
    for (const code of authErrorCodes.filter((one) => !/^(scope_ins|reauth)/.test(one)))
      expect(refusals.for({ code, ...all })).toBe(refusals.for({ code }));
  });

  it("is prepared once for each requirement, and never for more than a thousand", () => {
    const refusals = create();
    const ask = (scope: string) => refusals.for({ code: "scope_insufficient", scopes: [scope] });
    const first = ask("a");
    expect(ask("a")).toBe(first);
    for (let index = 0; index < 1000; index++) ask(`s${index}`);
    expect(ask("a")).not.toBe(first);
    expect(ask("a")).toEqual(first);
  });
});

describe("createLogoutRefusals", () => {
  it.each(authErrorCodes)("answers %s with 400 without a challenge, or with its 503", (code) => {
    const isOurs = expected[code]?.[0] === 503;
    const { status, headers, body } = createLogoutRefusals().for({ code });
    expect(status).toBe(isOurs ? 503 : 400);
    expect(JSON.parse(body)).toMatchObject({ status, code, detail: new AuthError(code).message });
    expect(headers).toEqual({
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      ...(isOurs && { "retry-after": "5" }),
    });
  });

  it("answers a code of another version with 400 without a challenge", () => {
    expect(createLogoutRefusals().for({ code: "of_a_newer_version" })).toEqual(refuse(unauthorized(400), {}));
  });

  it("are frozen, like every response", () => {
    for (const all of [createLogoutRefusals(), createRefusals("api", false)])
      expect(Object.isFrozen(all.for({ code: "token_expired" }))).toBe(true);
  });
});

describe("refuse", () => {
  it("returns a frozen response", () => {
    const answer = refuse(httpProblem(503), { "retry-after": "7" });
    expect(answer).toEqual({
      status: 503,
      headers: {
        "content-type": "application/problem+json",
        "cache-control": "no-store",
        "retry-after": "7",
      },
      body: JSON.stringify(httpProblem(503)),
    });
    expect([answer, answer.headers].map(Object.isFrozen)).toEqual([true, true]);
    expect(notFound).toEqual(refuse(httpProblem(404), {}));
  });
});

describe("httpProblem", () => {
  it.each([
    [400, "bad_request", "The request cannot be understood."],
    [404, "not_found", "There is nothing here."],
    [405, "method_not_allowed", "This endpoint does not support the method."],
    [406, "not_acceptable", "There is no representation that the request accepts."],
    [408, "request_timeout", "The request took too long to arrive."],
    [409, "conflict", "The request conflicts with the resource's state."],
    [413, "payload_too_large", "The request's body is too large."],
    [414, "uri_too_long", "The request's URL is too long."],
    [415, "unsupported_media_type", "The request's body is of a type that is not supported."],
    [422, "unprocessable_content", "The request's body cannot be processed."],
    [429, "too_many_requests", "Too many requests."],
    [431, "headers_too_large", "The request's headers are too large."],
    [500, "internal_error", "Something went wrong on our side."],
    [503, "service_unavailable", "The service cannot answer at the moment."],
    [418, "http_error", "The request failed."],
  ])("answers %i with %s", (status, code, detail) => {
    expect(httpProblem(status)).toMatchObject({ type: `urn:usher-auth:error:${code}`, status, code, detail });
  });

  it("has a code for each common status, and one for all others", () => {
    expect(httpProblem(404)).toEqual({
      type: "urn:usher-auth:error:not_found",
      title: "Not found",
      status: 404,
      code: "not_found",
      detail: "There is nothing here.",
    });
    expect(httpProblem(418)).toMatchObject({ status: 418, code: "http_error" });
    expect(httpProblem(400, "The title is empty.").detail).toBe("The title is empty.");
  });
});
