import { createApiClient, type GetToken } from "@usher-auth/client";
import { createLatestToken, type LatestToken } from "./latest-token.ts";
import { createTasksApi, type TasksApi } from "./tasks.ts";

/** The API for one signed-in user. */
export type UserApi = {
  apiUrl: string;
  userId: string;
  tasks: TasksApi;
  token: Pick<LatestToken, "get" | "subscribe">;
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

export function createUserApi({ apiUrl, userId, getToken, onSessionEnded }: Options): UserApi {
  const token = createLatestToken();

  /** Keeps the token for the inspector. */
  const watchedGetToken: GetToken = async (context) => {
    const fetched = await getToken(context);
    token.set(fetched ?? undefined);
    return fetched;
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
    renewToken: client.refresh,
    signedOut() {
      client.clearToken();
      client.close();
    },
    close: client.close,
  };
}
