import { ConfigurationError, isAuthError } from "../errors.ts";
import { httpProblem } from "../http/http-problem.ts";
import { type Refusal, refuse } from "../http/problem.ts";
import { createLogoutRefusals, refusalFor } from "../http/refusals.ts";
import { safeListener } from "../user-code/listener.ts";
import type { Verifier } from "../verifier/verifier.ts";
import { readLogoutForm } from "./form.ts";
import { type LogoutToken, revocationOf } from "./token.ts";
import { createLogoutVerifier } from "./verify.ts";

/** What a request to the endpoint brings. */
export interface LogoutRequest {
  /** The `Content-Type` header. */
  readonly contentType: string | undefined;
  /** The body as it came, as text or bytes. Read no more of it than `longestLogoutForm` bytes. */
  readonly body: string | Uint8Array | undefined;
}

/** A complete answer. Its body is empty, or a problem as JSON text. */
export interface LogoutAnswer extends Refusal {
  /** 200: recorded. 400: refused for good. 503: try again later. */
  readonly status: number;
  /** Why it was not recorded: for the log, never for the sender. */
  readonly refused?: { readonly code: string; readonly hint: string | undefined };
}

/** What became of one logout. */
export interface LogoutEvent {
  /** What the sender was answered. */
  readonly status: number;
  /** Whose session ended; absent where nothing was recorded. */
  readonly logout?: LogoutToken;
  /** Why it was not recorded; absent where it was. */
  readonly refused?: LogoutAnswer["refused"];
}

/**
 * Options of {@link createLogoutEndpoint}.
 *
 * @example
 * ```ts
 * import type { LogoutEndpointOptions } from "@usher-auth/verify/logout";
 *
 * const options: LogoutEndpointOptions = {
 *   onLogout: ({ status, refused }) => console.log(`logout: ${status}`, refused?.code ?? "recorded"),
 * };
 * ```
 */
export interface LogoutEndpointOptions {
  /**
   * Told of each logout, recorded or refused: for the log. It decides nothing, nobody waits for it, and what
   * it throws, or rejects with, becomes a process warning. Anyone can cause a refusal: the endpoint is
   * public.
   */
  readonly onLogout?: (event: LogoutEvent) => void;
}

/** Answers one `POST` to the endpoint. Never rejects but for a fault in the code. */
export type LogoutEndpoint = (request: LogoutRequest) => Promise<LogoutAnswer>;

/** OpenID Connect Back-Channel Logout 1.0 section 2.8: nobody is to keep the answer. */
const recorded: LogoutAnswer = Object.freeze({
  status: 200,
  headers: Object.freeze({ "cache-control": "no-store" }),
  body: "",
});

/**
 * Makes the endpoint that an issuer tells of ended sessions, without a framework: `POST` with the form field
 * `logout_token` (OpenID Connect Back-Channel Logout 1.0 section 2.5). It is public: the token's signature is
 * all the credentials there are. Cap the body at `longestLogoutForm` bytes before it is read.
 *
 * A good token is answered 200 once the store has recorded what it revokes. A bad one changes nothing and is
 * answered 400, as section 2.8 has it, with a problem body; a store or keys that cannot be had are a 503 with
 * `Retry-After`, and the same token may then be sent again.
 *
 * @throws {ConfigurationError} The verifier has no revocations.
 *
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import { createLogoutEndpoint } from "@usher-auth/verify/logout";
 * import { createRevocations, memoryRevocationStore } from "@usher-auth/verify/revocation";
 *
 * const revocations = createRevocations({ store: memoryRevocationStore(), maxTokenAge: 900 });
 * const receive = createLogoutEndpoint(verifierFromEnv(process.env, { revocations }));
 *
 * export async function POST(request: Request): Promise<Response> {
 *   const contentType = request.headers.get("content-type") ?? undefined;
 *   const { status, headers, body } = await receive({ contentType, body: await request.text() });
 *   return new Response(body, { status, headers });
 * }
 * ```
 */
export function createLogoutEndpoint(
  verifier: Verifier<unknown>,
  options: LogoutEndpointOptions = {},
): LogoutEndpoint {
  const { revocations } = verifier ?? {};
  if (typeof revocations?.revoke !== "function") {
    throw new ConfigurationError(
      "backchannelLogout: give createVerifier({ ..., revocations: createRevocations(...) }).",
    );
  }
  const { onLogout } = options;
  if (onLogout !== undefined && typeof onLogout !== "function") {
    throw new ConfigurationError("backchannelLogout: onLogout must be a function.");
  }
  const tell = onLogout && safeListener(onLogout, "onLogout");
  const verifyLogoutToken = createLogoutVerifier(verifier);
  const refusals = createLogoutRefusals();

  function refused(refusal: Refusal, code: string, hint: string | undefined): LogoutAnswer {
    const answer = { ...refusal, refused: { code, hint } };
    // Of its own: whatever the listener does to it, the answer stays.
    tell?.({ status: answer.status, refused: { code, hint } });
    return answer;
  }

  return async ({ contentType, body }) => {
    const form = readLogoutForm(contentType, body);
    if ("refusal" in form) {
      const problem = httpProblem(400, form.refusal);
      return refused(refuse(problem, {}), problem.code, form.refusal);
    }
    try {
      const logout = await verifyLogoutToken(form.token, (ended) => revocations.revoke(revocationOf(ended)));
      tell?.({ status: recorded.status, logout });
      return recorded;
    } catch (error) {
      if (!isAuthError(error)) throw error;
      return refused(refusalFor(refusals, error.code), error.code, error.hint);
    }
  };
}

/**
 * Options of the endpoint in a framework.
 *
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import type { BackchannelLogoutOptions } from "@usher-auth/verify/express";
 * import { createRevocations, memoryRevocationStore } from "@usher-auth/verify/revocation";
 *
 * const revocations = createRevocations({ store: memoryRevocationStore(), maxTokenAge: 900 });
 * const options: BackchannelLogoutOptions = {
 *   verifier: verifierFromEnv(process.env, { revocations }),
 *   onLogout: ({ status }) => console.log(`logout: ${status}`),
 * };
 * ```
 */
export interface BackchannelLogoutOptions extends LogoutEndpointOptions {
  /** A verifier with revocations. */
  readonly verifier: Verifier<unknown>;
}
