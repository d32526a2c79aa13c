import { createApiClient, type GetToken, SignedOutError } from "@usher-auth/client";
import { isExpired } from "../token/time-left.ts";
import { readToken } from "../token/token-text.ts";
import { createLatestToken, type LatestToken } from "./latest-token.ts";
import { createTasksApi, type TasksApi } from "./tasks.ts";

/** The API for one signed-in user. */
export type UserApi = {
  apiUrl: string;
  userId: string;
  tasks: TasksApi;
  token: Pick<LatestToken, "get" | "subscribe">;
  /**
   * The token of the last request, or a new one if that has expired.
   *
   * @throws {SignedOutError} when the user has signed out, or someone else has signed in
   */
  validToken(): Promise<string>;
  /** Makes the next request fetch a new token. */
  renewToken(): void;
  /** Tells the other tabs that the user has signed out, and stops listening: this page knows. */
  signedOut(): void;
  /** Stops listening to the other tabs. */
  close(): void;
};

type Options = {
  apiUrl: string;
  userId: string;
  getToken: GetToken;
  /** Called when the user has signed out, or someone else has signed in, here or in another tab. */
  onSessionEnded: () => void;
};

/** Milliseconds that a token must have left to be used for another request. */
const margin = 5000;

export function createUserApi({ apiUrl, userId, getToken, onSessionEnded }: Options): UserApi {
  const token = createLatestToken();

  /** Keeps the token, for the page to show it. Someone else may have signed in: theirs is not this page's. */
  const fetchToken: GetToken = async (context) => {
    const fetched = (await getToken(context)) ?? undefined;
    const sub = fetched && readToken(fetched)?.claims.sub;
    token.set(sub === undefined || sub === userId ? fetched : undefined);
    return fetched;
  };
  let pending: ReturnType<GetToken> | undefined;
  /** The page loads its tasks and sends its first request at the same time: with one token. */
  const watchedGetToken: GetToken = async (context) => {
    if (context.rejected !== undefined) return fetchToken(context);
    pending ??= fetchToken(context);
    try {
      return await pending;
    } finally {
      pending = undefined;
    }
  };

  const client = createApiClient({
    baseURL: apiUrl,
    userId,
    getToken: Object.assign(watchedGetToken, { onSessionChange: getToken.onSessionChange }),
    onSignedOut: onSessionEnded,
    onUserChanged: onSessionEnded,
  });

  return {
    apiUrl,
    userId,
    tasks: createTasksApi(client, userId),
    token,
    async validToken() {
      const latest = token.get();
      if (latest !== undefined && !isExpired(latest, margin)) return latest;
      const fetched = await watchedGetToken({ rejected: undefined });
      if (fetched && readToken(fetched)?.claims.sub === userId) return fetched;
      onSessionEnded();
      throw new SignedOutError();
    },
    renewToken: client.refresh,
    signedOut() {
      client.clearToken();
      client.close();
    },
    close: client.close,
  };
}
