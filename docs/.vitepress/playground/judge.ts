// First: the modules below need what it defines.

import { createVerifier, localJwks, sharedSecret } from "@usher-auth/verify";
import { usher } from "@usher-auth/verify/fetch";
import {
  type ExplainedToken,
  explainToken,
  withoutScheme,
} from "../../../packages/cli/src/input/explain-token.ts";
import { repeatUntilDone } from "./node-crypto.ts";
import { warnings } from "./node-globals.ts";

export { type ExplainedToken, explainToken };

/** The settings of the API that is asked. */
export interface Settings {
  readonly keys: "secret" | "jwks";
  readonly secret: string;
  readonly jwks: string;
  readonly issuer: string;
  readonly audience: string;
  /** Seconds. */
  readonly clockTolerance: number;
  /** Whose path is requested. */
  readonly userId: string;
}

/** The API's response to a request with the token, and what only its log says. */
export interface Verdict {
  readonly status: number;
  readonly code?: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
  readonly hint?: string;
  readonly warnings: readonly string[];
}

/**
 * What an API with these settings answers to `GET /api/<userId>/tasks` with this token. The guard runs as it
 * is; only signatures are verified by the browser.
 *
 * @throws Error The settings are not valid, or the browser lacks an algorithm.
 */
export async function judge(text: string, settings: Settings): Promise<Verdict> {
  return repeatUntilDone(async () => {
    warnings.length = 0;
    let hint: string | undefined;
    let code: string | undefined;
    const verifier = createVerifier({
      keys: settings.keys === "secret" ? sharedSecret(settings.secret) : localJwks(settings.jwks),
      issuer: settings.issuer,
      audience: settings.audience,
      clockTolerance: settings.clockTolerance,
      cache: false,
    });
    const guard = usher({
      verifier,
      ownerParam: "userId",
      log: false,
      onReject: ({ error }) => {
        code = error.code;
        hint = error.hint;
      },
    });
    const handler = guard.protect({ path: "/api/:userId/tasks" }, (_request, { principal }) =>
      Response.json({ tasks: [], owner: principal.id }),
    );
    const url = `https://api.example.com/api/${encodeURIComponent(settings.userId)}/tasks`;
    const response = await handler(
      new Request(url, { headers: { authorization: `Bearer ${withoutScheme(text)}` } }),
    );
    return {
      status: response.status,
      headers: [...response.headers],
      body: JSON.stringify(await response.json(), null, 2),
      warnings: [...warnings],
      ...(code === undefined ? {} : { code }),
      ...(hint === undefined ? {} : { hint }),
    };
  });
}
