import { apiProxy } from "@usher-auth/client/server";
import { auth } from "@/lib/auth";
import { apiUrl } from "@/lib/settings";

/** `/backend/api/me/tasks` of this origin is `/api/me/tasks` of the API. The browser gets no token. */
const handler = apiProxy({ auth, baseURL: apiUrl });

export {
  handler as DELETE,
  handler as GET,
  handler as HEAD,
  handler as PATCH,
  handler as POST,
  handler as PUT,
};
