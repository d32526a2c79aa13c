import type { Handle, ServerInit } from "@sveltejs/kit/hooks";
import { betterAuthToken } from "@usher-auth/client/server";
import { svelteKitHandler } from "better-auth/svelte-kit";
import { api } from "#lib/server/api.ts";
import { auth, migrate } from "#lib/server/auth.ts";
import { building } from "$app/env";

export const init: ServerInit = async () => {
  if (!building) await migrate();
};

export const handle: Handle = async ({ event, resolve }) => {
  const { headers } = event.request;
  const session = building ? null : await auth.api.getSession({ headers });
  event.locals.user = session && { id: session.user.id, name: session.user.name };
  // Its token is fetched with the first call, and is gone with the request.
  event.locals.api = api.for(betterAuthToken(auth, headers));

  return svelteKitHandler({ auth, event, resolve: resolvePrivately, building });

  async function resolvePrivately(): Promise<Response> {
    const response = await resolve(event);
    // A page of one user must not come out of a cache for another.
    if (!response.headers.has("cache-control")) response.headers.set("cache-control", "private, no-store");
    return response;
  }
};
