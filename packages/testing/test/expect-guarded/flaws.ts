import type { GateFlaw } from "./gate.ts";

/** Where an app and its guard are put together wrongly. */
export type AppFlaw = "handler before the refusal" | "route before the guard" | "router without the guard";

/** A flaw, and what must be said about it. */
export interface Flaw {
  readonly name: GateFlaw | AppFlaw;
  /** The routes that have it, and no others. */
  readonly routes: readonly string[];
  /** The end of what was sent, for one of the findings of each route. */
  readonly sent: string;
  readonly cameBack: RegExp;
  /** Frameworks whose handlers cannot be observed do not show it. */
  readonly needsWatch?: boolean;
}

export const tasks = "/api/:userId/tasks";
const owned = [`GET ${tasks}`, `POST ${tasks}`, `DELETE ${tasks}/:taskId`];
const organizations = "GET /orgs/:orgId/members";
const profiles = "GET /profiles/:uid";
const nested = "GET /nested/reports";

/** The routes of the sample apps that need a token. `GET /health` does not. */
export const guardedRoutes: readonly string[] = [...owned, organizations, profiles, nested];
/** A flaw of the guard is in every route. Two of them show it, and `elsewhere` leaves out the others. */
const everywhere: readonly string[] = [`GET ${tasks}`, nested];
const elsewhere = ["POST /api/*", "DELETE /api/*", "/orgs/*", "/profiles/*"];

/** What the check of a flaw leaves out, because it would take long and show nothing new. */
export function leftOutFor({ routes }: Flaw): readonly string[] {
  return routes === everywhere ? elsewhere : [];
}

const gets = guardedRoutes.filter((route) => route.startsWith("GET"));

const accepted = /^2\d\d: the request was accepted$/;

/** Each is planted in the sample app of each framework. */
export const flaws: readonly Flaw[] = [
  { name: "route before the guard", routes: ["GET /early"], sent: "no token", cameBack: accepted },
  { name: "router without the guard", routes: [nested], sent: "no token", cameBack: accepted },
  {
    ...{ name: "handler before the refusal", routes: everywhere, sent: "no token", needsWatch: true },
    cameBack: /^401, but the route's handler ran before the refusal/,
  },
  {
    name: "any uid",
    routes: [profiles],
    sent: "the valid token of another user than `:uid`",
    cameBack: accepted,
  },
  {
    ...{ name: "any method of the owner but GET", routes: owned.slice(1), cameBack: accepted },
    sent: "the valid token of another user than `:userId`",
  },
  {
    ...{ name: "any organization", routes: [organizations], cameBack: accepted },
    sent: "the valid token of a user of another `org` than `:orgId`",
  },
  { name: "HEAD", routes: gets, sent: "no token, as HEAD", cameBack: accepted },
  {
    name: "decoded only",
    routes: everywhere,
    sent: "a token that is signed with another key",
    cameBack: accepted,
  },
  { name: "unsigned", routes: everywhere, sent: "an unsigned token (`alg: none`)", cameBack: accepted },
  { name: "expired", routes: everywhere, sent: "an expired token", cameBack: accepted },
  { name: "any issuer", routes: everywhere, sent: "a token of another issuer", cameBack: accepted },
  { name: "any audience", routes: everywhere, sent: "a token for another API", cameBack: accepted },
  {
    ...{ name: "token in the query", routes: everywhere, cameBack: accepted },
    sent: "a valid token in the query, and no Authorization header",
  },
  {
    ...{ name: "token in a cookie", routes: everywhere, cameBack: accepted },
    sent: "a valid token in a cookie, and no Authorization header",
  },
  {
    ...{ name: "error for a bad token", routes: everywhere, cameBack: /^500: an error is not a refusal$/ },
    sent: "a bearer token that is not a JWT",
  },
  {
    name: "redirect",
    routes: everywhere,
    sent: "no token",
    cameBack: /^302: a redirect instead of a refusal$/,
  },
  { name: "success for a refusal", routes: everywhere, sent: "no token", cameBack: /^200/ },
  {
    ...{ name: "no challenge", routes: everywhere, sent: "no token" },
    cameBack: /^401 without the header `WWW-Authenticate: Bearer`$/,
  },
];
