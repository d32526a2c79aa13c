import { type Attempt, credentialAttempts, detourAttempts, ownerAttempts, withoutToken } from "./attempts.ts";
import type { SentRequest } from "./exchange.ts";
import type { Finding } from "./findings.ts";
import { type Caller, differingIn, type OwnerParam, ownerValue } from "./owners.ts";
import { attemptRequest, ownRequest, type RouteParts } from "./requests.ts";
import { nameOf } from "./route.ts";
import { faultIn, faultInOwn, isGranted, leaksOwnersData, type Observed } from "./verdicts.ts";

/** A route with all that its attempts need. */
export interface RouteUnderTest extends RouteParts {
  readonly users: readonly [Caller, Caller];
  /** A token is optional: what has none is not tried, and neither is the owner. */
  readonly isOptional: boolean;
  /** Whether anyone may send this method to the same path. */
  isOpenTo(method: string): boolean;
  observe(request: SentRequest): Promise<Observed>;
}

/** The result for one route. */
export interface RouteResult {
  readonly findings: readonly Finding[];
  /** The status of the answer to the owner's own request. Undefined: none came, or the route is not there. */
  readonly ownStatus: number | undefined;
  /** A pattern such as `/*` under which there is nothing. */
  readonly isNothing?: boolean;
}

interface Tried {
  readonly attempt: Attempt;
  readonly sends: string;
  readonly observed: Observed;
  readonly isOwners: boolean;
}

/** Tries everything on a route: at first what must be refused, because the owner's own request may delete. */
export async function tryRoute(test: RouteUnderTest): Promise<RouteResult> {
  const route = nameOf(test.route);
  const tried: Tried[] = [];
  const attempt = async (one: Attempt, other: Caller, owner?: OwnerParam) => {
    const observed = await test.observe(attemptRequest(test, one, other));
    const sends = one.sends.replace("{owner}", owner === undefined ? "" : differs(owner));
    tried.push({ attempt: one, sends, observed, isOwners: owner !== undefined });
    return observed;
  };
  const [, other] = test.users;

  if (!test.isOptional && isGranted(await attempt(withoutToken, other))) {
    const own = await test.observe(ownRequest(test));
    return { findings: findingsOf(route, tried, own), ownStatus: own.answer?.status };
  }
  for (const one of credentialAttempts) if (applies(one, test)) await attempt(one, other);
  if (!test.isOptional) {
    for (const one of detourAttempts) if (applies(one, test)) await attempt(one, other);
    for (const owner of test.owners) {
      const differing = differingIn(owner, test.owners, test.users);
      for (const one of ownerAttempts) {
        const other = similarTo(test.users[0], one, owner) ?? differing;
        if (other === "none") continue;
        // Where the plain attempt is granted, the others would only repeat that.
        if (applies(one, test) && isGranted(await attempt(one, other, owner))) break;
      }
    }
  }
  const own = await test.observe(ownRequest(test));
  if (isNothing(test, tried, own)) return { findings: [], ownStatus: undefined, isNothing: true };
  return { findings: findingsOf(route, tried, own), ownStatus: own.answer?.status };
}

/** The owner with a similar value. "none": there is no other. Undefined: the attempt is not about that. */
function similarTo(user: Caller, { credentials }: Attempt, owner: OwnerParam): Caller | "none" | undefined {
  if (credentials.kind !== "other" || credentials.as === undefined) return undefined;
  const own = ownerValue(user, owner);
  const value = credentials.as(own);
  if (value === own || value === "") return "none";
  return owner.claim === "sub"
    ? { id: value, claims: { ...user.claims, sub: value } }
    : { ...user, claims: { ...user.claims, [owner.claim]: value } };
}

function differs({ name, claim }: OwnerParam): string {
  return claim === "sub"
    ? `another user than \`:${name}\``
    : `a user of another \`${claim}\` than \`:${name}\``;
}

function applies(
  { methods, credentials, change }: Attempt,
  { route, issuer, isOptional, isOpenTo }: RouteUnderTest,
): boolean {
  if (methods !== undefined && !methods.includes(route.method)) return false;
  if (isOptional && credentials.kind === "elsewhere") return false;
  if (credentials.kind === "public key" && issuer.jwks().keys.length === 0) return false;
  return change?.method === undefined || !isOpenTo(change.method);
}

/** A wildcard may be a middleware's: then nothing is there, for anyone. */
function isNothing({ route }: RouteUnderTest, tried: readonly Tried[], own: Observed): boolean {
  const refused = tried.filter(({ attempt }) => attempt.expects === "challenge");
  const all = [own, ...refused.map(({ observed }) => observed)];
  return (
    route.path.includes("*") &&
    own.answer?.status === 404 &&
    all.every(
      ({ answer, runs }) => answer !== undefined && [401, 404].includes(answer.status) && runs.length === 0,
    )
  );
}

function findingsOf(route: string, tried: readonly Tried[], own: Observed): readonly Finding[] {
  const refused = tried.find(({ observed }) => observed.answer?.status === 401)?.observed;
  const found = tried.flatMap(({ attempt, sends, observed, isOwners }) => {
    const fault = faultIn(attempt, observed, own);
    if (fault !== undefined) return [{ route, sent: sends, ...fault }];
    return isOwners && leaksOwnersData(observed, own, refused)
      ? [{ route, sent: sends, ...leak(observed.answer?.status) }]
      : [];
  });
  const fault = faultInOwn(own);
  return fault === undefined
    ? found
    : [...found, { route, sent: "a valid token of the path's owner", ...fault }];
}

function leak(status: number | undefined): { cameBack: string; fix: string } {
  return {
    cameBack: `${status}, with texts of the owner's own answer in its body`,
    fix: "Refuse the request before the data is read, and put nothing of it into the refusal.",
  };
}
