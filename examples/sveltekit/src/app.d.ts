import type { ServerApiClient } from "@usher-auth/client/server";

declare global {
  namespace App {
    interface Locals {
      /** Who is signed in. */
      user: { id: string; name: string } | null;
      /** Calls the API as this user. */
      api: ServerApiClient;
    }
  }
}
