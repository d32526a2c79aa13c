import { createPublicKey, type JsonWebKey } from "node:crypto";
import type { TestIssuer } from "../issuer.ts";
import { jsonSegment, secretSigner } from "../signing.ts";
import { type Attempt, type Credentials, cookieNames, headerNames, queryNames } from "./attempts.ts";
import type { SentRequest } from "./exchange.ts";
import { type Caller, type OwnerParam, ownerValue } from "./owners.ts";
import { exampleOf, fillPattern, parametersOf } from "./path-pattern.ts";
import { type Route, takesBody } from "./route.ts";

/** What requests to a route are made of. */
export interface RouteParts {
  readonly route: Route;
  readonly issuer: TestIssuer;
  /** The user whose path it is. */
  readonly owner: Caller;
  readonly owners: readonly OwnerParam[];
  readonly params: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
}

/** The owner's own request, which the app must accept. */
export function ownRequest(parts: RouteParts): SentRequest {
  return build(parts, { authorization: bearer(parts.issuer, parts.owner) });
}

/** The request of an attempt. @param other Who is not the owner. */
export function attemptRequest(parts: RouteParts, attempt: Attempt, other: Caller): SentRequest {
  const { method: changed, headers: added, spell } = attempt.change ?? {};
  const { route, issuer, owner } = parts;
  const own = build(parts, {
    ...headersOf(attempt.credentials, issuer, owner, other),
    ...added?.(route.method),
  });
  const request = credentialsElsewhere(own, attempt.credentials, () => tokenOf(issuer, owner));
  const method = changed ?? request.method;
  const { body, ...rest } = { ...request, method };
  const [path = "", query] = rest.target.split(/\?(.*)/s, 2);
  const target =
    spell === undefined ? rest.target : `${spell(path)}${query === undefined ? "" : `?${query}`}`;
  return method === "HEAD" || method === "OPTIONS" || body === undefined
    ? { ...rest, target }
    : { ...rest, target, body };
}

function build(
  { route, owner, owners, params: given, headers }: RouteParts,
  own: Record<string, string>,
): SentRequest {
  const params = Object.fromEntries(
    parametersOf(route.path).map((parameter) => {
      const held = owners.find(({ name }) => name === parameter.name);
      const value = held === undefined ? given[parameter.name] : ownerValue(owner, held);
      return [parameter.name, value ?? exampleOf(parameter)];
    }),
  );
  const target = fillPattern(route.path, params);
  const body = takesBody(route) ? "{}" : undefined;
  return {
    method: route.method,
    target,
    params,
    headers: {
      ...lowerCased(headers),
      ...route.headers,
      ...(body !== undefined && { "content-type": "application/json" }),
      ...own,
    },
    ...(body !== undefined && { body }),
  };
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function headersOf(
  credentials: Credentials,
  issuer: TestIssuer,
  owner: Caller,
  other: Caller,
): Record<string, string> {
  switch (credentials.kind) {
    case "header":
      return { authorization: credentials.value };
    case "fault": {
      const { faults } = credentials;
      const claims = { ...owner.claims, ...faults.claims };
      return { authorization: `Bearer ${issuer.tokenFor(owner, { ...faults, claims })}` };
    }
    case "public key":
      return { authorization: `Bearer ${tokenOfPublicKey(issuer, owner)}` };
    case "other":
      return { authorization: bearer(issuer, other) };
    default:
      return {};
  }
}

/** An attacker knows the public key. A verifier that takes the algorithm from the header uses it as a secret. */
function tokenOfPublicKey(issuer: TestIssuer, owner: Caller): string {
  const [, claims] = tokenOf(issuer, owner).split(".");
  const key = createPublicKey({ key: issuer.jwks().keys[0] as JsonWebKey, format: "jwk" });
  const secret = key.export({ type: "spki", format: "pem" }).toString();
  const signingInput = `${jsonSegment({ alg: "HS256", typ: "JWT" })}.${claims}`;
  return `${signingInput}.${secretSigner("HS256", secret).sign(signingInput)}`;
}

/** Puts a token where no guard should look for it. */
function credentialsElsewhere(
  request: SentRequest,
  credentials: Credentials,
  token: () => string,
): SentRequest {
  if (credentials.kind !== "elsewhere") return request;
  const value = token();
  switch (credentials.place) {
    case "query": {
      const query = queryNames.map((name) => `${name}=${value}`).join("&");
      return { ...request, target: `${request.target}${request.target.includes("?") ? "&" : "?"}${query}` };
    }
    case "cookie": {
      const cookie = cookieNames.map((name) => `${name}=${value}`).join("; ");
      return { ...request, headers: { ...request.headers, cookie } };
    }
    case "header": {
      const added = Object.fromEntries(headerNames.map((name) => [name, value]));
      return {
        ...request,
        headers: { ...request.headers, ...added, "x-authorization": `Bearer ${value}` },
      };
    }
    case "body":
      return { ...request, body: JSON.stringify({ access_token: value, token: value }) };
  }
}

function bearer(issuer: TestIssuer, caller: Caller): string {
  return `Bearer ${tokenOf(issuer, caller)}`;
}

function tokenOf(issuer: TestIssuer, { claims, ...user }: Caller): string {
  return issuer.tokenFor(user, { claims });
}
