import { apiProxy } from "@usher-auth/client/server";
import { auth } from "#lib/server/auth.ts";
import { API_URL } from "$app/env/private";
import type { RequestHandler } from "./$types";

const proxy = apiProxy({ auth, baseURL: API_URL, path: "/backend" });

/** Passes every request below /backend to the API, with the token of the user whose cookie it has. */
export const fallback: RequestHandler = ({ request }) => proxy(request);
