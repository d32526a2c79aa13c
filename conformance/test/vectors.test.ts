import { beforeEach, describe, expect, it, vi } from "vitest";
import { type AuthorizationVector, runAuthorization } from "../run/authorization.ts";
import { type CallerVector, runCaller } from "../run/callers.ts";
import { type ConfigurationVector, runConfiguration } from "../run/configuration.ts";
import { type ErrorVector, type HttpErrorVector, runError, runHttpError } from "../run/errors.ts";
import { type HostVector, runHost } from "../run/hosts.ts";
import { type KeySetVector, runKeySet, type StepOutcome } from "../run/keysets.ts";
import { type PathVector, type PatternVector, runPath, runPattern } from "../run/paths.ts";
import { type PolicyVector, runPolicy, runScopes, type ScopesVector } from "../run/policies.ts";
import type { Settings } from "../run/settings.ts";
import { runToken, type TokenVector } from "../run/tokens.ts";
import { readFile, readVectors } from "./read-vectors.ts";

/** What an environment must lead to, as configuration.json says it. */
interface ExpectedConfiguration extends ConfigurationVector {
  readonly starts?: object;
  readonly refuses?: { readonly names: readonly string[]; readonly message: string };
}

const { settings } = readFile<{ settings: Readonly<Record<string, Settings>> }>("tokens.json");
const { patterns } = readFile<{ patterns: readonly PatternVector[] }>("paths.json");
const { httpErrors } = readFile<{ httpErrors: readonly HttpErrorVector[] }>("errors.json");
const { scopes } = readFile<{ scopes: readonly ScopesVector[] }>("policies.json");

beforeEach(() => {
  // Weak secrets and unusable keys are part of the vectors.
  vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
  return () => vi.restoreAllMocks();
});

describe("tokens", () => {
  it.for(readVectors<TokenVector>("tokens.json"))("$name", async (vector) => {
    expect({ ...vector, ...(await runToken(vector, settings)) }).toEqual(vector);
  });
});

describe("authorization", () => {
  it.for(readVectors<AuthorizationVector>("authorization.json"))("$name", async (vector) => {
    expect({ ...vector, ...(await runAuthorization(vector)) }).toEqual(vector);
  });
});

describe("paths", () => {
  it.for(readVectors<PathVector>("paths.json"))("$name", async (vector) => {
    expect({ ...vector, ...(await runPath(vector)) }).toEqual(vector);
  });

  it.for(patterns)("pattern: $name", async (vector) => {
    expect({ ...vector, ...(await runPattern(vector)) }).toEqual(vector);
  });
});

describe("policies", () => {
  it.for(readVectors<PolicyVector>("policies.json"))("$name", async (vector) => {
    expect({ ...vector, ...(await runPolicy(vector)) }).toEqual(vector);
  });

  it.for(scopes)("scopes: $name", async (vector) => {
    expect({ ...vector, ...(await runScopes(vector)) }).toEqual(vector);
  });
});

describe("callers", () => {
  it.for(readVectors<CallerVector>("callers.json"))("$name", async (vector) => {
    expect({ ...vector, ...(await runCaller(vector)) }).toEqual(vector);
  });
});

describe("key sets", () => {
  it.for(readVectors<KeySetVector>("keysets.json"))("$name", async (vector) => {
    const expected = vector.steps.flatMap((step) => {
      if (!("token" in step)) return [];
      const { at: _, token: __, ...outcome } = step as typeof step & StepOutcome;
      return [outcome];
    });
    expect(await runKeySet(vector)).toEqual(expected);
  });
});

describe("configuration", () => {
  it.for(readVectors<ExpectedConfiguration>("configuration.json"))("$name", async (vector) => {
    const { starts, refuses } = vector;
    const outcome = await runConfiguration(vector);
    if (refuses === undefined) return expect(outcome).toEqual({ starts });
    expect(outcome).toEqual({ refuses: { message: refuses.message } });
    for (const name of refuses.names) expect(refuses.message).toContain(name);
  });
});

describe("errors", () => {
  it.for(readVectors<ErrorVector>("errors.json"))("$name", async (vector) => {
    expect({ ...vector, ...(await runError(vector)) }).toEqual(vector);
  });

  it.for(httpErrors)("status $status", async (vector) => {
    expect({ ...vector, ...(await runHttpError(vector)) }).toEqual(vector);
  });
});

describe("hosts", () => {
  it.for(readVectors<HostVector>("hosts.json"))("$name", (vector) => {
    expect({ ...vector, ...runHost(vector) }).toEqual(vector);
  });
});
