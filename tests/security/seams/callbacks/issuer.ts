import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { DatabaseSync } from "node:sqlite";
import { type UsherJwtOptions, usherJwt } from "@usher-auth/issuer";
import { type BetterAuthOptions, betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import type { Behaviour, UserFunction } from "../behaviours.ts";
import type { Callback, Outcome } from "../callback.ts";

const baseURL = "https://app.example.com";

/** A Better Auth with the plugin, where Ada is signed in; `ask` is her browser. */
async function signedIn(plugin: Partial<UsherJwtOptions>, options: Partial<BetterAuthOptions> = {}) {
  const tokens = usherJwt({ audience: "https://api.example.com", ...plugin });
  const auth = betterAuth({
    baseURL,
    secret: "a-test-secret-that-is-long-enough-for-hs256",
    database: new DatabaseSync(":memory:"),
    emailAndPassword: { enabled: true, password: { hash: async (text) => text, verify: async () => true } },
    logger: { log: () => undefined },
    telemetry: { enabled: false },
    ...options,
    plugins: [tokens],
  });
  await (await getMigrations(auth.options)).runMigrations();
  let cookie = "";
  async function ask(method: "GET" | "POST", path: string, body?: object): Promise<Response> {
    const headers = { cookie, origin: baseURL, ...(body && { "content-type": "application/json" }) };
    const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    const response = await auth.handler(new Request(`${baseURL}/api/auth${path}`, init));
    const [set] = response.headers.getSetCookie();
    if (response.ok && set !== undefined) cookie = set.split(";", 1)[0] ?? "";
    return response;
  }
  const password = "correct horse battery";
  await ask("POST", "/sign-up/email", { email: "ada@example.com", name: "Ada", password });
  const signIn = () => ask("POST", "/sign-in/email", { email: "ada@example.com", password });
  return { ask, signIn, stop: () => tokens.stop() };
}

/** Only 401 and 403 would sign anyone out; a 5xx says "try again". */
async function outcomeOf(asked: Promise<Response>, isWhole: (answer: string) => boolean): Promise<Outcome> {
  const { status, ok, text } = await asked.then(async (answer) => ({
    ...pick(answer),
    text: await answer.text(),
  }));
  if (ok) return isWhole(text) ? "served" : "refused";
  if (status === 503) return "unavailable";
  return status >= 500 ? "failed" : "refused";
}

const pick = ({ status, ok }: Response) => ({ status, ok });

/** Requests a token while `claims` misbehaves, and another once it behaves again. */
async function withClaims(
  behaviour: Behaviour,
  path: "/token" | "/get-session",
): ReturnType<Callback["use"]> {
  let behaves = true;
  let called = false;
  const callBack = () => {
    if (called) return;
    called = true;
    void ada.ask("GET", path);
  };
  const good: UserFunction = () => ({ role: "editor" });
  const bad = behaviour.of(good, callBack);
  const ada = await signedIn({ claims: (...input) => (behaves ? good : bad)(...input) });
  const isWhole = (answer: string) => answer.includes(path === "/token" ? "eyJ" : "ada@example.com");
  behaves = false;
  const during = await outcomeOf(ada.ask("GET", path), isWhole);
  behaves = true;
  return { during, afterwards: await outcomeOf(ada.ask("GET", path), isWhole) };
}

/** A backend for logout tokens, which can reject the first one. */
async function openBackend(refusals: number) {
  let taken = 0;
  let left = refusals;
  const server = createServer((_request, response) => {
    if (left > 0) left -= 1;
    else taken += 1;
    response.writeHead(left > 0 || taken === 0 ? 503 : 200).end();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async until(count: number): Promise<Outcome> {
      for (let waited = 0; taken < count && waited < 15_000; waited += 20)
        await new Promise((r) => setTimeout(r, 20));
      return taken >= count ? "served" : "failed";
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/**
 * Signs out while a callback misbehaves: the response must not depend on it, and the logout must arrive once
 * it behaves again.
 */
async function withSignOut(
  behaviour: Behaviour,
  good: UserFunction,
  optionsFor: (callback: UserFunction) => Partial<BetterAuthOptions>,
  { refusals = 0, settle = 0 } = {},
): ReturnType<Callback["use"]> {
  const backend = await openBackend(refusals);
  let behaves = true;
  let called = false;
  const bad = behaviour.of(good, () => {
    if (called) return;
    called = true;
    void ada.ask("GET", "/get-session");
  });
  const current: UserFunction = (...input) => (behaves ? good : bad)(...input);
  const ada = await signedIn({ backchannelLogout: [backend.endpoint] }, optionsFor(current));
  try {
    behaves = false;
    const answer = await outcomeOf(ada.ask("POST", "/sign-out", {}), (text) => text.includes("true"));
    await new Promise((resolve) => setTimeout(resolve, settle));
    behaves = true;
    const told = await backend.until(1);
    const during = answer === "served" ? told : answer;
    await ada.signIn();
    const again = await outcomeOf(ada.ask("POST", "/sign-out", {}), (text) => text.includes("true"));
    return { during, afterwards: again === "served" ? await backend.until(2) : again };
  } finally {
    await ada.stop();
    backend.close();
  }
}

/** An application may replace `fetch`, and the plugin must survive that. */
async function withFetch(behaviour: Behaviour): ReturnType<Callback["use"]> {
  const own = globalThis.fetch;
  let current: UserFunction = own;
  globalThis.fetch = ((...input: Parameters<typeof fetch>) => current(...input)) as typeof fetch;
  try {
    return await withSignOut(
      behaviour,
      own,
      (fetching) => {
        current = fetching;
        return {};
      },
      { settle: 100 },
    );
  } finally {
    globalThis.fetch = own;
  }
}

export const issuerCallbacks: readonly Callback[] = [
  {
    name: "issuer usherJwt claims, at /token",
    use: (behaviour) => withClaims(behaviour, "/token"),
    expected: {
      usual: "served",
      throws: "failed",
      "throws a value that is not an Error": "failed",
      rejects: "failed",
      "returns a thenable that throws": "failed",
      "never settles": "unavailable",
    },
  },
  {
    name: "issuer usherJwt claims, at /get-session",
    use: (behaviour) => withClaims(behaviour, "/get-session"),
    expected: { usual: "served" },
  },
  {
    name: "issuer backchannelLogout, globalThis.fetch",
    use: withFetch,
    expected: { usual: "served" },
  },
  {
    name: "issuer backchannelLogout, Better Auth's logger.log",
    // The logged line is about a backend that rejects the logout.
    use: (behaviour) =>
      withSignOut(
        behaviour,
        () => undefined,
        (log) => ({ logger: { level: "warn", log } }),
        { refusals: 1, settle: 50 },
      ),
    expected: { usual: "served" },
  },
  {
    name: "issuer backchannelLogout, Better Auth's advanced.backgroundTasks.handler",
    use: (behaviour) =>
      withSignOut(
        behaviour,
        () => undefined,
        (handler) => ({ advanced: { backgroundTasks: { handler } } }),
      ),
    expected: { usual: "served" },
  },
];
