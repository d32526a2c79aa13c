import { requireClaim, type Verifier } from "@usher-auth/verify";

/** What every sound app is built with. */
export interface SoundOptions {
  readonly verifier: Verifier;
  readonly ownerParam: { readonly userId: "sub"; readonly orgId: "org" };
  readonly concealOwnerMismatch: boolean;
  readonly log: false;
}

export interface SoundApp {
  readonly app: object;
  readonly routes?: readonly string[];
  close?(): Promise<unknown>;
}

/**
 * Builds an app behind Usher's guard with everything that is not a flaw: CORS, `GET /health` for anyone,
 * `GET /greeting` with an optional token, tasks by user of which one exists, members by organization, `GET
 * /admin` for administrators, `GET /support/:userId` for the support as well, and unknown paths.
 */
export interface SoundFramework {
  readonly name: string;
  build(options: SoundOptions): Promise<SoundApp> | SoundApp;
}

export const isAdmin = requireClaim(({ role }) => role === "admin", "role admin");
export const isSupport = requireClaim(({ role }) => role === "support", "role support");

/** The task that exists, in the texts that a refusal must not show. */
export const task = { id: "42", title: "Call the plumber on Monday" };

export const soundRoutes: readonly string[] = [
  "GET /api/:userId/tasks",
  "POST /api/:userId/tasks",
  "DELETE /api/:userId/tasks/:taskId",
  "GET /orgs/:orgId/users/:userId",
  "GET /orgs/:orgId",
  "GET /admin",
  "GET /support/:userId",
  "GET /greeting",
];

export const corsHeaders: Readonly<Record<string, string>> = {
  "access-control-allow-origin": "https://app.example.com",
  "access-control-allow-headers": "authorization, content-type",
  "access-control-allow-methods": "GET, POST, DELETE",
};
