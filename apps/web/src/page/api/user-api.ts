import { createApiClient } from "@usher-auth/client";
import { fetchToken } from "../session/auth-client.ts";
import { createLatestToken, type LatestToken } from "./latest-token.ts";
import { createTasksApi, type TasksApi } from "./tasks.ts";

/** The API as one signed-in user reaches it. */
export type UserApi = {
  apiUrl: string;
  userId: string;
  tasks: TasksApi;
  token: Pick<LatestToken, "get" | "subscribe">;
  /** The next request fetches a new token. */
  renewToken(): void;
  /** Nothing is fetched any more: the user is signing out. */
  close(): void;
  /** Takes it up again, when signing out failed. */
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
