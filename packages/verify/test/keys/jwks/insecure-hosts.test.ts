import { readFileSync } from "node:fs";
import { afterEach, expect, it, vi } from "vitest";
import { ConfigurationError, remoteJwks, verifierFromEnv } from "../../../src/index.ts";

const table = new URL("../../../../../conformance/hosts.json", import.meta.url);
const { wording } = JSON.parse(readFileSync(table, "utf8")) as {
  readonly wording: Readonly<Record<"url" | "list" | "entry", string>>;
};
const option = "remoteJwks: allowInsecureHosts (USHER_ALLOW_INSECURE_HOSTS)";

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

// conformance/hosts.json has the rule itself: conformance/test/vectors.test.ts.
it.each([
  [
    [],
    `remoteJwks: the URL must be https, ${wording.url} (USHER_ALLOW_INSECURE_HOSTS): over http, ` +
      "anyone on the network could insert their own keys.",
  ],
  [["web", "http://web"], `${option}: entry 2 ${wording.entry}.`],
  [["web", 1], `${option}: entry 2 ${wording.entry}.`],
  [["web:3000"], `${option}: entry 1 ${wording.entry}.`],
  [["web*"], `${option}: entry 1 ${wording.entry}.`],
  [["127.1"], `${option}: entry 1 ${wording.entry}.`],
  [["999.0.0.1"], `${option}: entry 1 ${wording.entry}.`],
  [["\u212aube"], `${option}: entry 1 ${wording.entry}.`],
  ["web", `${option}: ${wording.list}.`],
])("the message for allowInsecureHosts %j says what to set", (allowInsecureHosts, message) => {
  expect(() => remoteJwks("http://api/jwks", { allowInsecureHosts: allowInsecureHosts as string[] })).toThrow(
    new ConfigurationError(message),
  );
});

it.each(["fd00::1", "[fd00::1]", "FD00::1"])(
  "allows an IPv6 address, with or without brackets: %s",
  (entry) => {
    expect(() => remoteJwks("http://[fd00::1]/jwks", { allowInsecureHosts: [entry] })).not.toThrow();
  },
);

it("in production, each host causes one process warning", () => {
  const warnings = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
  const create = (host: string) => remoteJwks(`http://${host}/jwks`, { allowInsecureHosts: [host] });
  create("two");
  vi.stubEnv("NODE_ENV", "production");
  for (const host of ["one", "two", "one", "localhost"]) create(host);
  remoteJwks("https://three/jwks", { allowInsecureHosts: ["three"] });
  expect(warnings.mock.calls.map(([message, details]) => [message, details])).toEqual(
    ["one", "two"].map((host) => [
      `remoteJwks: keys come from ${host} over http, because allowInsecureHosts names it: anyone on ` +
        "its network could insert their own keys",
      { type: "UsherWarning", code: "USHER_INSECURE_HOST" },
    ]),
  );
});

it("warns where the mode cannot be read", () => {
  const warnings = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
  vi.spyOn(process, "env", "get").mockImplementation(() => {
    throw new Error("NotCapable");
  });
  remoteJwks("http://deno/jwks", { allowInsecureHosts: ["deno"] });
  expect(warnings).toHaveBeenCalledOnce();
});

it("verifierFromEnv reads the hosts, and separates them at commas", () => {
  const create = (hosts: string) =>
    verifierFromEnv({
      BETTER_AUTH_URL: "https://app.example.com",
      API_URL: "https://api.example.com",
      USHER_JWKS_URL: "http://web:3000/api/auth/jwks",
      USHER_ALLOW_INSECURE_HOSTS: hosts,
    });
  for (const hosts of ["web", "api, web", " WEB "]) expect(() => create(hosts)).not.toThrow();
  for (const hosts of ["", "api"]) expect(() => create(hosts)).toThrow("remoteJwks: the URL must be https");
  for (const hosts of ["web,", " ", "web api", "http://web:3000"])
    expect(() => create(hosts)).toThrow(ConfigurationError);
});
