import { createApiClient } from "@usher-auth/client";
import { fetchToken } from "../session/auth-client.ts";
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
  /** Stops fetching tokens, because the user is signing out. */
  close(): void;
  /** Fetches tokens again, after a failed sign-out. */
  reopen(): void;
};

type Options = { apiUrl: string; userId: string; onSignedOut: () => void };

export function createUserApi({ apiUrl, userId, onSignedOut }: Options): UserApi {
  const token = createLatestToken();
  let isOpen = true;

  const client = createApiClient({
    baseURL: apiUrl,
    async getToken() {
      const fetched = isOpen ? await fetchToken() : null;
      token.set(fetched ?? undefined);
      return fetched;
    },
    onSignedOut() {
      if (isOpen) onSignedOut();
    },
  });

  return {
    apiUrl,
    userId,
    tasks: createTasksApi(client, userId),
    token,
    renewToken: client.clearToken,
    close() {
      isOpen = false;
      client.clearToken();
    },
    reopen() {
      isOpen = true;
    },
  };
}
