import "server-only";
import { betterAuthToken, serverApi } from "@usher-auth/client/server";
import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { cache } from "react";
import { auth } from "./auth";
import { apiUrl } from "./settings";

const api = serverApi({ baseURL: apiUrl });

// A page cannot set cookies: the session must not outlive the browser's one.
const query = { disableRefresh: true };

/** The user of this request. Without a session, the visitor is redirected to the sign-in page. */
export const requireUser = cache(async () => {
  const session = await auth.api.getSession({ headers: await headers(), query });
  return session?.user ?? redirect("/sign-in");
});

/** A `fetch` that sends the token of this request's user to the API. `cache`: one token for each request. */
export const userApi = cache(async () => api.for(betterAuthToken(auth, await headers())));
