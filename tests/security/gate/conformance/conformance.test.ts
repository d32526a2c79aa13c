import { AuthError, type AuthErrorCode, type Principal } from "@usher-auth/verify";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { AuthorizationVector } from "../../../../conformance/run/authorization.ts";
import type { CallerVector } from "../../../../conformance/run/callers.ts";
import type { ErrorResponse, ErrorVector, HttpErrorVector } from "../../../../conformance/run/errors.ts";
import { type KeySetVector, runKeySet, type StepOutcome } from "../../../../conformance/run/keysets.ts";
import type { PathVector } from "../../../../conformance/run/paths.ts";
import { type PolicyVector, principalOf } from "../../../../conformance/run/policies.ts";
import { type Settings, verifierOf } from "../../../../conformance/run/settings.ts";
import type { TokenVector } from "../../../../conformance/run/tokens.ts";
import { gateProblem } from "../../../../packages/cli/src/gate/problem.ts";
import { count } from "../../report/counts.ts";
import { type ComposedGate, ruleFor, startComposedGate, verifierFor } from "./composed-gate.ts";
import {
  beyondTheGate,
  callerDifferences,
  canonicalPaths,
  changedByHttp,
  pathDifferences,
  tokenDifferences,
} from "./differences.ts";
import {
  type Answered,
  expectAdmitted,
  expectDifference,
  expectRefused,
  idIn,
  readFile,
  refusalIn,
  type WithVerdict,
} from "./vectors.ts";

interface File<Vector> {
  readonly vectors: readonly Vector[];
}

let gate: ComposedGate;
beforeAll(async () => {
  gate = await startComposedGate();
});
afterAll(() => gate?.close());
beforeEach((test) => {
  count(test, { vectors: 1 });
  // Weak secrets and unusable keys are part of the vectors.
  vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
  return () => vi.restoreAllMocks();
});

const alice = principalOf({ sub: "alice" });
const authorized = ["Authorization: Bearer token"];

/** The vectors that the gate has settings for. How many it has none for is stated, so that a new one is noticed. */
function within<Vector>(
  vectors: readonly Vector[],
  reasonOf: (vector: Vector) => string | false,
  beyond: number,
): readonly Vector[] {
  const kept = vectors.filter((vector) => reasonOf(vector) === false);
  it(`has no setting for ${beyond} of them`, () => expect(vectors.length - kept.length).toBe(beyond));
  return kept;
}

const tokens = readFile<File<WithVerdict<TokenVector, Principal>> & { settings: Record<string, Settings> }>(
  "tokens",
);
describe("conformance through the gate: tokens", () => {
  it.for(tokens.vectors)("$name", async ({ name, settings, now, token, accepts, refuses }) => {
    const verifier = verifierOf(tokens.settings[settings] as Settings, now);
    const answered = await gate.ask(
      { verifier, rules: [ruleFor("/reports")] },
      { target: "/reports", headers: [`Authorization: Bearer ${token}`] },
    );
    const difference = tokenDifferences.get(name);
    if (difference !== undefined) return expectDifference(answered, difference);
    if (refuses !== undefined && !changedByHttp.has(name)) return expectRefused(answered, refuses);
    const arrived = expectAdmitted(answered);
    // Read again, for those that arrive as others.
    const { id, kind, sessionId, clientId, claims } = accepts ?? verifier.verifySync(token.trim());
    expect(idIn(arrived, "x-usher-user")).toBe(kind === "user" ? id : undefined);
    expect(idIn(arrived, "x-usher-session")).toBe(sessionId);
    expect(idIn(arrived, "x-usher-client")).toBe(clientId);
    expect(JSON.parse(String(arrived.headers["x-usher-claims"]))).toEqual(claims);
  });
});

const authorization = readFile<File<WithVerdict<AuthorizationVector, { token: string }>>>("authorization");
describe("conformance through the gate: authorization", () => {
  it.for(authorization.vectors)("$name", async ({ headers, query, accepts, refuses }) => {
    const seen: string[] = [];
    const verifier = verifierFor(alice, (token) => seen.push(token));
    const answered = await gate.ask(
      { verifier, rules: [ruleFor("/reports")] },
      {
        target: query === "" ? "/reports" : `/reports?${query}`,
        headers: headers.map((pair) => pair.join(": ")),
      },
    );
    if (refuses !== undefined) return expectRefused(answered, refuses);
    expect(expectAdmitted(answered).target).toBe(query === "" ? "/reports" : `/reports?${query}`);
    expect(seen).toEqual([accepts?.token]);
  });
});

const paths =
  readFile<File<WithVerdict<PathVector, { id: string }> & { params: Record<string, string> | null }>>(
    "paths",
  );
describe("conformance through the gate: paths", () => {
  it.for(within(paths.vectors, beyondTheGate.paths, 2))("$name", async (vector) => {
    const { name, pattern, ownerParam, path, id, params, refuses } = vector;
    const template = pattern.replaceAll(/:(\w+)/g, "{$1}").replace(/\*$/, "{rest...}");
    const named = [ownerParam ?? []].flat().filter((param) => template.includes(`{${param}}`));
    const owners = new Map(named.map((param) => [param, "sub"]));
    const answered = await gate.ask(
      { verifier: verifierFor(principalOf({ sub: id }, { id })), rules: [ruleFor(template, { owners })] },
      { target: path, headers: authorized },
    );
    const difference = pathDifferences.get(name);
    if (difference !== undefined) return expectDifference(answered, difference);
    if (refuses !== undefined && !canonicalPaths.has(name)) return expectRefused(answered, refuses);
    const arrived = expectAdmitted(answered);
    expect(idIn(arrived, "x-usher-user")).toBe(id);
    const segments = (arrived.target.split("?")[0] as string).split("/").map(decodeURIComponent);
    for (const value of Object.values(params ?? {})) expect(segments).toContain(value);
  });
});

const policies = readFile<File<WithVerdict<PolicyVector, true>>>("policies");
describe("conformance through the gate: policies", () => {
  it.for(within(policies.vectors, beyondTheGate.policies, 28))("$name", async (vector) => {
    const scopes = vector.policies.flatMap((one) => ("scopes" in one ? one.scopes : []));
    const values = vector.policies.flatMap((one) =>
      "claim" in one ? [[one.claim, [one.equals as string]] as const] : [],
    );
    const rule = ruleFor("/reports", {
      scopes: scopes.length === 0 ? [] : [scopes],
      claims: new Map(values),
    });
    const answered = await gate.ask(
      { verifier: verifierFor(principalOf(vector.claims, vector.principal)), rules: [rule] },
      { target: "/reports", headers: authorized },
    );
    if (vector.refuses !== undefined) expectRefused(answered, vector.refuses);
    else expectAdmitted(answered);
  });
});

const callers = readFile<File<WithVerdict<CallerVector, readonly object[]>>>("callers");
describe("conformance through the gate: callers", () => {
  it.for(within(callers.vectors, beyondTheGate.callers, 22))("$name", async (vector) => {
    const { name, owners, params, claims, principal, refuses } = vector;
    const names = Object.keys(params);
    const template = `/p/${names.map((param) => `{${param}}`).join("/")}`;
    const target = `/p/${names.map((param) => encodeURIComponent(params[param] as string)).join("/")}`;
    const held = new Map(Object.entries(owners).filter(([param]) => names.includes(param)));
    const answered = await gate.ask(
      {
        verifier: verifierFor(principalOf(claims, principal)),
        rules: [ruleFor(template, { owners: held })],
      },
      { target, headers: authorized },
    );
    const difference = callerDifferences.get(name);
    if (difference !== undefined) expectDifference(answered, difference);
    else if (refuses !== undefined) expectRefused(answered, refuses);
    else expectAdmitted(answered);
  });
});

const keySets = readFile<File<KeySetVector>>("keysets");
describe("conformance through the gate: key sets", () => {
  it.for(keySets.vectors)("$name", async (vector) => {
    const expected = vector.steps.flatMap((step) => {
      if (!("token" in step)) return [];
      const { at: _, token: __, ...outcome } = step as typeof step & StepOutcome;
      return [outcome];
    });
    const outcomes = await runKeySet(vector, async (verifier, token) => {
      const answered: Answered = await gate.ask(
        { verifier, rules: [ruleFor("/reports")] },
        { target: "/reports", headers: [`Authorization: Bearer ${token}`] },
      );
      if (answered.response.status !== 200) return { refuses: refusalIn(answered) };
      return { accepts: { id: String(idIn(expectAdmitted(answered), "x-usher-user")) } };
    });
    expect(outcomes).toEqual(expected);
  });
});

const errors = readFile<
  File<ErrorVector & { readonly responds: ErrorResponse }> & {
    httpErrors: readonly (HttpErrorVector & { readonly problem: { readonly code: string } })[];
  }
>("errors");
describe("conformance through the gate: errors", () => {
  it.for(within(errors.vectors, beyondTheGate.errors, 4))("$name", async ({ code, responds }) => {
    const verifySync = () => {
      throw new AuthError(code as AuthErrorCode);
    };
    const verifier = { verifySync, verify: async () => verifySync(), ready: async () => undefined };
    const { response, arrived } = await gate.ask(
      { verifier, rules: [ruleFor("/reports")] },
      { target: "/reports", headers: authorized },
    );
    expect([response.status, response.body]).toEqual([responds.status, responds.body]);
    expect(response.headers).toMatchObject(responds.headers);
    expect(arrived).toEqual([]);
  });

  it.for(errors.httpErrors)("status $status: the gate's own problem has the same members", ({ problem }) => {
    let body: string;
    try {
      body = gateProblem(problem.code as "not_found").body;
    } catch {
      // Not one of the gate's codes.
      return;
    }
    expect(JSON.parse(body)).toEqual(problem);
  });
});
