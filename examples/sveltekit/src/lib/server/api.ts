import { serverApi } from "@usher-auth/client/server";
import { API_URL } from "$app/env/private";

/** The API. It belongs to no user, so that it can be shared by all requests. */
export const api = serverApi({ baseURL: API_URL });
