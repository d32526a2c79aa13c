import { createTestIssuer } from "@usher-auth/testing";
import { createVerifier, remoteJwks, sharedSecret, type Verifier } from "@usher-auth/verify";
import { createRevocations, memoryRevocationStore } from "@usher-auth/verify/revocation";
import { expect, onTestFinished, test } from "vitest";
import { createHealth, isOwnTarget } from "../../../src/gate/server/health.ts";
import { start } from "./support.ts";

const { secret, issuer, audience } = createTestIssuer();
const withSecret = createVerifier({ keys: sharedSecret(secret), issuer, audience });

async function serve(verifier: Verifier, state: { policy: boolean; stopping: boolean }) {
  const health = createHealth({
    verifier,
    hasPolicy: () => state.policy,
    isStopping: () => state.stopping,
  });
  const { server } = await start({
    handle: (request, response) => {
      if (!health(request, response)) response.writeHead(418).end();
    },
  });
  return async (path: string, method = "GET") => {
    const response = await fetch(server.url + path, { method });
    return [response.status, await response.json().catch(() => undefined)];
  };
}

test("lives while it serves, and is ready when nothing is missing", async () => {
  const state = { policy: false, stopping: false };
  const get = await serve(withSecret, state);
  expect(await get("/.usher/live")).toEqual([200, { status: "live" }]);
  expect(await get("/.usher/ready")).toMatchObject([503, { status: "unavailable", missing: ["policy"] }]);
  state.policy = true;
  expect(await get("/.usher/ready")).toEqual([
    200,
    { status: "ready", missing: [], keys: "fresh", keysAge: null, revocations: null, revocationsAge: null },
  ]);
  state.stopping = true;
  expect(await get("/.usher/ready")).toMatchObject([503, { missing: ["stopping"] }]);
  expect(await get("/.usher/live")).toMatchObject([200, {}]);
});

test("is not ready without keys, and fetches them", async () => {
  const jwks = await createTestIssuer({ mode: "jwks" });
  onTestFinished(() => jwks.close());
  const ready = { policy: true, stopping: false };
  const up = createVerifier({ keys: remoteJwks(jwks.jwksUrl), issuer, audience });
  expect(await (await serve(up, ready))("/.usher/ready")).toMatchObject([200, { keys: "fresh" }]);
  const down = createVerifier({ keys: remoteJwks("http://127.0.0.1:1/jwks"), issuer, audience });
  expect(await (await serve(down, ready))("/.usher/ready")).toMatchObject([
    503,
    { missing: ["keys"], keys: "missing" },
  ]);
});

test.each([
  ["refuse", 503, ["revocations"]],
  ["accept", 200, []],
] as const)("without revocations and with %s: %i", async (whenStale, status, missing) => {
  const broken = async () => {
    throw new Error("no database");
  };
  const store = { ...memoryRevocationStore(), subscribe: broken };
  const revocations = createRevocations({ store, maxTokenAge: 60, whenStale });
  onTestFinished(() => revocations.close());
  const verifier = createVerifier({ keys: sharedSecret(secret), issuer, audience, revocations });
  const get = await serve(verifier, { policy: true, stopping: false });
  expect(await get("/.usher/ready")).toMatchObject([status, { missing, revocations: "missing" }]);
});

test("answers GET and HEAD, and no other path", async () => {
  const get = await serve(withSecret, { policy: true, stopping: false });
  expect(await get("/.usher/live", "HEAD")).toEqual([200, undefined]);
  expect(await get("/.usher/live", "POST")).toMatchObject([405, { code: "method_not_allowed" }]);
  expect((await get("/.usher/live?a=b"))[0]).toBe(200);
  for (const path of ["/.usher/", "/.usher/live/", "/.usher/other", "/.Usher/live", "/%2eusher/live"])
    expect((await get(path))[0]).toBe(418);
});

test.each([
  ["/.usher", true],
  ["/.usher/", true],
  ["/.usher?a", true],
  ["/.usher/a/../b", true],
  ["/.usherette", false],
  ["/.Usher/live", false],
  ["/%2eusher/live", false],
  ["/a/.usher/live", false],
  ["http://a/.usher/live", false],
  ["//.usher/live", false],
])("whether %s is the gate's own: %s", (target, isOwn) => {
  expect(isOwnTarget(target)).toBe(isOwn);
});
