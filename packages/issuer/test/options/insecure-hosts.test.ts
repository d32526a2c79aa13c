import { readFileSync } from "node:fs";
import { afterEach, expect, test, vi } from "vitest";
import { IssuerError, usherJwt } from "../../src/index.ts";
import { audience } from "../instance.ts";

interface HostVector {
  readonly name: string;
  readonly url: string;
  readonly allowInsecureHosts: readonly string[];
  readonly refuses?: "url" | "allowInsecureHosts";
}

const table = new URL("../../../../conformance/hosts.json", import.meta.url);
const { vectors, wording } = JSON.parse(readFileSync(table, "utf8")) as {
  readonly vectors: readonly HostVector[];
  readonly wording: Readonly<Record<"url" | "list" | "entry", string>>;
};

const create = (url: string, allowInsecureHosts: readonly string[]) =>
  usherJwt({ audience, backchannelLogout: [url], allowInsecureHosts });

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

test.each(vectors)("backchannelLogout: $name", ({ url, allowInsecureHosts, refuses }) => {
  const construct = () => create(url, allowInsecureHosts);
  if (refuses === undefined) return expect(construct).not.toThrow();
  expect(construct).toThrow(IssuerError);
  if (refuses === "url") expect(construct).toThrow(/^usherJwt: backchannelLogout URLs must/);
  else expect(construct).toThrow(wording[Array.isArray(allowInsecureHosts) ? "entry" : "list"]);
});

test("the message says how to allow a host, and why http is refused", () => {
  expect(() => create("http://api:3001/backchannel-logout", [])).toThrow(
    `usherJwt: backchannelLogout URLs must be https, ${wording.url}: over http, anyone on the ` +
      "network could answer in the backend's place.",
  );
});

test("an entry is checked without backchannelLogout too", () => {
  expect(() => usherJwt({ audience, allowInsecureHosts: ["http://api"] })).toThrow(wording.entry);
});

test("in production, each host causes one process warning", () => {
  const warnings = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
  vi.stubEnv("NODE_ENV", "production");
  for (const host of ["one", "two", "one"]) create(`http://${host}/`, [host]);
  create("https://three/", ["three"]);
  create("http://localhost/", ["localhost"]);
  expect(warnings.mock.calls.map(([message, details]) => [message, details])).toEqual(
    ["one", "two"].map((host) => [
      `usherJwt: logout tokens go to ${host} over http, because allowInsecureHosts names it: anyone on ` +
        "its network could answer in its place",
      { type: "UsherWarning", code: "USHER_INSECURE_HOST" },
    ]),
  );
});

test("outside production, no host causes a warning", () => {
  const warnings = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
  create("http://development/", ["development"]);
  expect(warnings).not.toHaveBeenCalled();
});
