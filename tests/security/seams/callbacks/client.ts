import {
  type ApiClientOptions,
  betterAuthToken,
  createApiClient,
  TokenUnavailableError,
} from "@usher-auth/client";
import type { Behaviour, UserFunction } from "../behaviours.ts";
import type { Callback, Outcome } from "../callback.ts";

const tokenWith = (claims: object) =>
  `${btoa('{"alg":"HS256"}')}.${btoa(JSON.stringify(claims))}.c2lnbmF0dXJl`.replaceAll("=", "");
const token = tokenWith({ exp: 4000000000 });

/** In milliseconds: for `getToken` its option, for `fetch` the caller's signal. */
const short = 100;

type Options = Partial<ApiClientOptions>;

/** A call of the client while a callback misbehaves, and another once it behaves again. */
async function twice(
  callbackAs: (current: UserFunction, callBack: () => unknown) => Options,
  good: UserFunction,
  behaviour: Behaviour,
) {
  let behaves = false;
  let time = Date.now();
  const signedOut: string[] = [];
  const callBack = () => void client("again", { signal: AbortSignal.timeout(short) }).catch(() => undefined);
  const bad = behaviour.of(good, callBack);
  const current: UserFunction = (...input) => (behaves ? good : bad)(...input);
  const client = createApiClient({
    baseURL: "https://api.example.com",
    singleUser: true,
    getTokenTimeout: short,
    getToken: async () => token,
    fetch: async () => new Response("ok"),
    onSignedOut: () => signedOut.push("signed out"),
    now: () => time,
    ...callbackAs(current, callBack),
  });
  const call = () => outcomeOf(client("tasks", { signal: AbortSignal.timeout(5 * short) }), signedOut);
  const during = await call();
  behaves = true;
  // For a second after an error of getToken, calls get it again.
  time += 1000;
  return { during, afterwards: await call() };
}

/** A user who must sign in again because a callback failed was rejected wrongly. */
async function outcomeOf(call: Promise<Response>, signedOut: readonly string[]): Promise<Outcome> {
  try {
    const response = await call;
    return response.ok && (await response.text()) === "ok" ? "served" : "refused";
  } catch (error) {
    if (signedOut.length > 0) return "refused";
    const { name } = (error ?? {}) as { name?: unknown };
    return error instanceof TokenUnavailableError || name === "TimeoutError" ? "unavailable" : "failed";
  }
}

const failing = {
  throws: "failed",
  "throws a value that is not an Error": "failed",
  rejects: "failed",
  "returns a thenable that throws": "failed",
  "never settles": "unavailable",
} as const;

/**
 * `onSignedOut` is called when no user is signed in: `served` means that the call reported only that.
 */
async function signedOutOutcome(behaviour: Behaviour): ReturnType<Callback["use"]> {
  let behaves = false;
  const callBack = () => void client("again").catch(() => undefined);
  const bad = behaviour.of(() => undefined, callBack);
  const client = createApiClient({
    baseURL: "https://api.example.com",
    singleUser: true,
    getToken: () => (behaves ? token : null),
    fetch: async () => new Response("ok"),
    onSignedOut: () => bad(),
  });
  const error = await client("tasks").catch((thrown: unknown) => thrown);
  const during = (error as { code?: unknown }).code === "signed_out" ? "served" : "failed";
  behaves = true;
  return { during, afterwards: await outcomeOf(client("tasks"), []) };
}

/** The client logs the errors of these callbacks. */
function quietly(use: Callback["use"]): Callback["use"] {
  return async (behaviour) => {
    const logError = console.error;
    console.error = () => undefined;
    try {
      return await use(behaviour);
    } finally {
      await new Promise((resolve) => setTimeout(resolve, 5));
      console.error = logError;
    }
  };
}

/** The API asks for a recent sign-in until there is a new token, which is there after each sign-in. */
async function signInAgain(behaviour: Behaviour): ReturnType<Callback["use"]> {
  const tokens = [1, 2].map((iat) => tokenWith({ exp: 4000000000, sub: "ada", iat }));
  let signIns = 0;
  return await twice(
    (onReauthenticationRequired) => ({
      onReauthenticationRequired,
      reauthenticationTimeout: short,
      getToken: () => tokens[signIns > 0 ? 1 : 0],
      fetch: async (request) =>
        request.headers.get("authorization") === `Bearer ${tokens[1]}`
          ? new Response("ok")
          : new Response('{"code":"reauthentication_required"}', {
              status: 401,
              headers: { "content-type": "application/problem+json" },
            }),
    }),
    () => {
      signIns += 1;
      return true;
    },
    behaviour,
  );
}

export const clientCallbacks: readonly Callback[] = [
  {
    name: "client createApiClient getToken",
    use: (behaviour) =>
      twice(
        (getToken) => ({ getToken }),
        () => token,
        behaviour,
      ),
    expected: { usual: "served", ...failing },
  },
  {
    name: "client betterAuthToken authClient.token",
    use: (behaviour) =>
      twice(
        (current) => ({ getToken: betterAuthToken({ token: async (options) => current(options) }) }),
        () => ({ data: { token }, error: null }),
        behaviour,
      ),
    expected: { usual: "served", ...failing },
  },
  {
    name: "client createApiClient fetch",
    use: (behaviour) =>
      twice(
        (fetch) => ({ fetch }),
        () => new Response("ok"),
        behaviour,
      ),
    expected: { usual: "served", ...failing },
  },
  {
    name: "client createApiClient now",
    use: (behaviour) =>
      twice(
        (now) => ({ now }),
        () => Date.now(),
        behaviour,
      ),
    // With a time that is not a number, no token is cached: each call requests one.
    expected: { usual: "served" },
  },
  {
    name: "client createApiClient onSignedOut",
    use: quietly(signedOutOutcome),
    expected: { usual: "served" },
  },
  {
    name: "client createApiClient onReauthenticationRequired",
    use: quietly(signInAgain),
    // No sign-in: the caller gets the 401.
    expected: {
      usual: "served",
      throws: "refused",
      "throws a value that is not an Error": "refused",
      rejects: "refused",
      "returns a thenable that throws": "refused",
      "never settles": "refused",
    },
  },
];
