import { spawn } from "node:child_process";
import { createTestIssuer } from "@usher-auth/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import { startLyingProxy } from "./lying-proxy.ts";

/** Verifies a valid token and one of the proxy's owner, and prints the results. */
const program = `
import dns from "node:dns";
import { createVerifier, remoteJwks } from "@usher-auth/verify";
const { url, issuer, audience, tokens, isOwnFetch } = JSON.parse(process.argv[1]);
const { lookup } = dns;
dns.lookup = (name, ...more) => lookup(name === "web" ? "127.0.0.1" : name, ...more);
const allowInsecureHosts = ["web"];
const own = isOwnFetch && { fetch: (...input) => fetch(...input) };
const keys = remoteJwks(url, { allowInsecureHosts, ...own });
const verifier = createVerifier({ keys, issuer, audience });
const outcomes = [];
for (const token of tokens) outcomes.push(await verifier.verify(token).then(({ id }) => id, ({ code }) => code));
console.log(JSON.stringify(outcomes));
`;

async function run(settings: object, environment: Readonly<Record<string, string>>): Promise<unknown> {
  const child = spawn(
    process.execPath,
    ["--conditions=@usher-auth/source", "--input-type=module", "--eval", program, JSON.stringify(settings)],
    { cwd: new URL(".", import.meta.url), env: environment, stdio: ["ignore", "pipe", "inherit"] },
  );
  let output = "";
  for await (const chunk of child.stdout) output += chunk;
  return JSON.parse(output);
}

describe("a JWKS on this machine, or on a host of allowInsecureHosts, in a process with a proxy", () => {
  it.for(["127.0.0.1", "localhost", "web"])("is fetched directly: at %s", async (host, { skip }) => {
    skip(
      !process.allowedNodeEnvironmentFlags.has("--use-env-proxy"),
      "this Node (before 22.21) has no proxy setting",
    );
    const issuer = await createTestIssuer({ mode: "jwks" });
    onTestFinished(() => issuer.close());
    const stranger = createTestIssuer({ algorithm: "EdDSA" });
    const proxy = await startLyingProxy(stranger.jwks());
    const url = issuer.jwksUrl.replace("127.0.0.1", host);
    const tokens = [issuer.tokenFor("alice"), stranger.tokenFor("mallory")];
    const { audience } = issuer;
    const settings = { url, issuer: issuer.issuer, audience, tokens };
    const names = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"];
    // Each is another process, and all hosts take the same way.
    for (const name of host === "web" ? names.slice(0, 1) : names) {
      const environment = { NODE_USE_ENV_PROXY: "1", [name]: proxy.url, NODE_NO_WARNINGS: "1" };
      expect(await run(settings, environment), name).toEqual(["alice", "key_unknown"]);
    }
    expect(proxy.asked()).toBe(0);

    // A custom `fetch` may use the proxy, which shows that this proxy returns false keys.
    const environment = { NODE_USE_ENV_PROXY: "1", HTTP_PROXY: proxy.url, NODE_NO_WARNINGS: "1" };
    expect(await run({ ...settings, isOwnFetch: true }, environment)).toEqual(["key_unknown", "mallory"]);
    expect(proxy.asked()).toBeGreaterThan(0);
  });
});
