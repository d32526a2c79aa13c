/** The program of the page: Better Auth's client and the API's, as the guide shows them. */
import { betterAuthToken, createApiClient } from "@usher-auth/client";
import { createAuthClient } from "better-auth/client";
import { jwtClient } from "better-auth/client/plugins";

const { auth = "", api = "", credentials } = document.documentElement.dataset;

const authClient = createAuthClient({
  baseURL: auth,
  plugins: [jwtClient()],
  ...(credentials && { fetchOptions: { credentials: credentials as RequestCredentials } }),
});
const callApi = createApiClient({ baseURL: api, getToken: betterAuthToken(authClient) });

const program = {
  signUp: async () => {
    const email = `${crypto.randomUUID()}@example.com`;
    const sent = authClient.signUp.email({ name: "Ada", email, password: "correct horse" });
    return await sent.then(({ error }) => (error ? `${error.status} ${error.code}` : "signed up"), String);
  },
  signOut: () => authClient.signOut().then(({ error }) => error?.code ?? "signed out", String),
  userId: () =>
    authClient.getSession().then(
      ({ data }) => data?.user.id,
      () => undefined,
    ),
  /** Resolves to the status and the challenge, or to the name of an error. */
  deleteTasks: async (userId = "nobody") => {
    try {
      const response = await callApi(`/api/${userId}/tasks`, { method: "DELETE" });
      return `${response.status} ${response.headers.get("www-authenticate")}`;
    } catch (error) {
      return (error as Error).name;
    }
  },
};

export type Program = typeof program;
Object.assign(globalThis, { program });
