import { describe, expect, it } from "vitest";
import { authErrorCodes } from "../src/errors.ts";
import { createRefusals } from "../src/http.ts";
import { httpProblem } from "../src/http-problem.ts";

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
  keys_unavailable: [503, undefined],
  revocations_unavailable: [503, undefined],
};

describe("createRefusals", () => {
  const refusals = createRefusals("api", false);

  it("knows every code and no other", () => {
    expect(Object.keys(refusals)).toEqual(Object.keys(expected));
    expect(authErrorCodes).toEqual(Object.keys(expected));
  });

  it.each(authErrorCodes)("answers %s", (code) => {
    const [status, error] = expected[code] as [number, string | undefined];
    const { headers, body, ...rest } = refusals[code];
    const problem = JSON.parse(body);
    expect(rest.status).toBe(status);
    expect(problem).toEqual({
      type: `urn:usher-auth:error:${code}`,
      title: expect.stringMatching(/^[A-Z][a-z ]+$/),
      status,
      code,
      detail: expect.stringMatching(/\.$/),
    });
    expect(headers["content-type"]).toBe("application/problem+json");
    expect(headers["cache-control"]).toBe("no-store");
    expect(headers["retry-after"]).toBe(status === 503 ? "5" : undefined);
    const bare = status === 503 ? undefined : 'Bearer realm="api"';
    expect(headers["www-authenticate"]).toBe(error === undefined ? bare : challenge(error, problem.detail));
  });

  it("says the realm that was set", () => {
    expect(createRefusals("tasks", false).credentials_missing.headers["www-authenticate"]).toBe('Bearer realm="tasks"');
  });

  it("conceals another owner's path as one that does not exist", () => {
    const { headers, body, status } = createRefusals("api", true).owner_mismatch;
    expect(status).toBe(404);
    expect(JSON.parse(body)).toEqual(httpProblem(404));
    expect(headers["www-authenticate"]).toBeUndefined();
  });
});

describe("httpProblem", () => {
  it("has a code for each usual status, and one for the rest", () => {
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
