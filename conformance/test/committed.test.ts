import { beforeAll, describe, expect, it, vi } from "vitest";
import { generateFiles } from "../generator/files.ts";
import { readText, readVectors } from "./read-vectors.ts";

interface Verdict {
  readonly refuses?: { readonly code: string };
}

const names = [
  "tokens.json",
  "authorization.json",
  "paths.json",
  "policies.json",
  "callers.json",
  "keysets.json",
  "configuration.json",
  "hosts.json",
  "errors.json",
];
let generated: ReadonlyMap<string, string>;

beforeAll(async () => {
  // Weak secrets and unusable keys are part of the vectors.
  vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
  generated = await generateFiles();
  vi.restoreAllMocks();
});

describe("the committed vectors", () => {
  it.for(names)("%s is what the generator and the code give", (name) => {
    const isSame = readText(name) === generated.get(name);
    expect(isSame, `conformance/${name}: see "A changed vector is a decision" in conformance/README.md`).toBe(
      true,
    );
  });

  it("are all of the generated files", () => {
    expect([...generated.keys()]).toEqual(names);
  });

  it.for([
    ["tokens.json", 150],
    ["authorization.json", 40],
    ["paths.json", 40],
    ["policies.json", 60],
    ["callers.json", 40],
    ["keysets.json", 20],
    ["configuration.json", 40],
    ["hosts.json", 100],
    ["errors.json", 20],
  ] as const)("%s has at least %i vectors", ([name, least]) => {
    expect(readVectors(name).length).toBeGreaterThanOrEqual(least);
  });

  it("have every code of the list that a token can lead to", () => {
    const codes = new Set(readVectors<Verdict>("tokens.json").map(({ refuses }) => refuses?.code));
    const whole = ["credentials_missing", "credentials_ambiguous", "token_revoked", "owner_mismatch"];
    const policies = ["scope_insufficient", "impersonation_forbidden", "reauthentication_required"];
    const others = [...policies, "keys_unavailable", "revocations_unavailable"];
    const all = readVectors<{ readonly code: string }>("errors.json").map(({ code }) => code);
    expect(all.filter((code) => ![...whole, ...others].includes(code) && !codes.has(code))).toEqual([]);
  });
});
