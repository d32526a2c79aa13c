import { ConfigurationError, isAuthError } from "../errors.ts";
import type { LogoutReceived } from "../events/events.ts";
import { isObserved, publish } from "../events/publish.ts";
import { httpProblem } from "../http/http-problem.ts";
import { type Refusal, refuse } from "../http/problem.ts";
import { createLogoutRefusals } from "../http/refusals.ts";
import { safeListener } from "../user-code/listener.ts";
import type { Verifier } from "../verifier/verifier.ts";
import { readLogoutForm } from "./form.ts";
import { type LogoutToken, revocationOf } from "./token.ts";
import { createLogoutVerifier, type LogoutTokenOptions } from "./verify.ts";

/** A request to the endpoint. */
export interface LogoutRequest {
  /** The `Content-Type` header. */
  readonly contentType: string | undefined;
  /** The raw body, as text or bytes. Read at most `longestLogoutForm` bytes of it. */
  readonly body: string | Uint8Array | undefined;
}

/** A complete response. Its body is empty, or a problem as JSON text. */
export interface LogoutAnswer extends Refusal {
  /** 200: recorded. 400: rejected, do not retry. 503: retry later. */
  readonly status: number;
  /** Why it was not recorded. For the log; never send it to the sender. */
  readonly refused?: { readonly code: string; readonly hint: string | undefined };
}

/** The outcome of one logout. */
export interface LogoutEvent {
  /** The status of the response. */
  readonly status: number;
  /** The session that ended; absent if nothing was recorded. */
  readonly logout?: LogoutToken;
  /** Why it was not recorded; absent if it was. */
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
export interface LogoutEndpointOptions extends LogoutTokenOptions {
  /**
   * Called for each logout, recorded or rejected, for logging. The response does not wait for it. An
   * exception or a rejection becomes a process warning. Anyone can cause a rejected logout: the endpoint is
   * public.
   */
  readonly onLogout?: (event: LogoutEvent) => void;
}

/** Answers one `POST` to the endpoint. Rejects only for a bug. */
export type LogoutEndpoint = (request: LogoutRequest) => Promise<LogoutAnswer>;

/** OpenID Connect Back-Channel Logout 1.0 section 2.8: the response must not be cached. */
const recorded: LogoutAnswer = Object.freeze({
  status: 200,
  headers: Object.freeze({ "cache-control": "no-store" }),
  body: "",
});

/**
 * Creates the endpoint that an issuer calls when a session ends, without a framework: `POST` with the form
 * field `logout_token` (OpenID Connect Back-Channel Logout 1.0 section 2.5). The endpoint is public: the
 * signature of the token is the only credential. Limit the body to `longestLogoutForm` bytes before you read
 * it.
 *
 * A valid token is answered with 200 once the store has recorded the revocation. An invalid one changes
 * nothing and is answered with 400 (section 2.8) and a problem body. If the store or the keys are not
 * available, the answer is 503 with `Retry-After`, and the same token may be sent again.
 *
 * @throws {ConfigurationError} The verifier has no revocations, or an invalid option.
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
  const verifyLogoutToken = createLogoutVerifier(verifier, options);
  const refusals = createLogoutRefusals();

  function refused(refusal: Refusal, code: string, hint: string | undefined): LogoutAnswer {
    const answer = { ...refusal, refused: { code, hint } };
    // A separate object: a listener that changes it does not change the response.
    tell?.({ status: answer.status, refused: { code, hint } });
    if (isObserved("usher:logout"))
      publish("usher:logout", { status: answer.status, code, ...(hint !== undefined && { hint }) });
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
      if (isObserved("usher:logout"))
        publish("usher:logout", { status: recorded.status, ...endedBy(logout) });
      return recorded;
    } catch (error) {
      if (!isAuthError(error)) throw error;
      return refused(refusals.for(error), error.code, error.hint);
    }
  };
}

function endedBy({ subject, sessionId }: LogoutToken): Pick<LogoutReceived, "subject" | "sessionId"> {
  return { ...(subject !== undefined && { subject }), ...(sessionId !== undefined && { sessionId }) };
}

/**
 * Options of the endpoint in an adapter.
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import type { BackchannelLogoutOptions } from "@usher-auth/verify/express";
 * import { createRevocations, memoryRevocationStore } from "@usher-auth/verify/revocation";
 *
 * const revocations = createRevocations({ store: memoryRevocationStore(), maxTokenAge: 900 });
 * const options: BackchannelLogoutOptions = {
 *   verifier: verifierFromEnv(process.env, { revocations }),
 *   // Also from Better Auth's OAuth provider, if this endpoint is a client's `backchannel_logout_uri`:
 *   issuer: ["https://app.example.com", "https://app.example.com/api/auth"],
 *   audience: ["https://api.example.com", "the client's id"],
 *   onLogout: ({ status }) => console.log(`logout: ${status}`),
 * };
 * ```
 */
export interface BackchannelLogoutOptions extends LogoutEndpointOptions {
  /** A verifier with revocations. */
  readonly verifier: Verifier<unknown>;
}
