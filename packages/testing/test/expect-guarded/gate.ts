import { createHmac } from "node:crypto";
import type { TestIssuer } from "../../src/index.ts";

/** What a guard sees of a request, in any framework. */
export interface GateRequest {
  readonly method: string;
  /** The path and the query. */
  readonly url: string;
  header(name: string): string | undefined;
}

/** The answer to a request that is refused. */
export interface Refusal {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** Refuses a request, or returns undefined. May throw. */
export type Gate = (request: GateRequest) => Refusal | undefined;

/** What is wrong with a guard. */
export type GateFlaw =
  | "any audience"
  | "any issuer"
  | "any method of the owner but GET"
  | "any organization"
  | "any uid"
  | "decoded only"
  | "error for a bad token"
  | "expired"
  | "HEAD"
  | "no challenge"
  | "redirect"
  | "success for a refusal"
  | "token in a cookie"
  | "token in the query"
  | "unsigned";

type Claims = Record<string, unknown>;

/** A guard as people write them by hand: complete, except for one flaw. */
export function createGate(issuer: TestIssuer, flaw?: GateFlaw): Gate {
  return (request) => {
    const { method, url } = request;
    const [path = "", query = ""] = url.split("?", 2);
    if (path === "/health") return undefined;
    if (flaw === "HEAD" && method === "HEAD") return undefined;
    const token = tokenIn(request, query);
    const claims = token === undefined ? undefined : claimsOf(token);
    if (claims === undefined) return refusal(401);
    const [, kind, owner] = path.split("/");
    const isOwn = { api: claims.sub, orgs: claims.org, profiles: claims.sub };
    const isUnchecked = {
      api: flaw === "any method of the owner but GET" && method !== "GET" && method !== "HEAD",
      orgs: flaw === "any organization",
      profiles: flaw === "any uid",
    };
    if (!((kind as string) in isOwn)) return undefined;
    const name = kind as keyof typeof isOwn;
    return isUnchecked[name] || isOwn[name] === owner ? undefined : refusal(403);
  };

  function tokenIn({ header }: GateRequest, query: string): string | undefined {
    const [, token] = /^Bearer (.*)$/.exec(header("authorization") ?? "") ?? [];
    if (token !== undefined) return token;
    if (flaw === "token in the query") return new URLSearchParams(query).get("access_token") ?? undefined;
    if (flaw === "token in a cookie") return /(?:^|; )token=([^;]+)/.exec(header("cookie") ?? "")?.[1];
    return undefined;
  }

  function claimsOf(token: string): Claims | undefined {
    const [header = "", payload = "", signature = ""] = token.split(".");
    let claims: Claims;
    let alg: unknown;
    try {
      alg = (read(header) as { alg?: unknown }).alg;
      claims = read(payload) as Claims;
    } catch (error) {
      if (flaw === "error for a bad token") throw error;
      return undefined;
    }
    const isUnsigned = flaw === "unsigned" && alg === "none";
    const expected = createHmac("sha256", issuer.secret).update(`${header}.${payload}`).digest("base64url");
    if (flaw !== "decoded only" && !isUnsigned && signature !== expected) return undefined;
    const now = Date.now() / 1000;
    const { exp, nbf = 0, iss, aud, sub } = claims;
    if (typeof sub !== "string" || typeof exp !== "number" || (nbf as number) > now) return undefined;
    if (flaw !== "expired" && exp <= now) return undefined;
    if (flaw !== "any issuer" && iss !== issuer.issuer) return undefined;
    if (flaw !== "any audience" && aud !== issuer.audience) return undefined;
    return claims;
  }

  function refusal(status: 401 | 403): Refusal {
    const body = JSON.stringify({ status, title: status === 401 ? "Unauthorized" : "Forbidden" });
    const headers = { "content-type": "application/problem+json", "www-authenticate": 'Bearer realm="api"' };
    if (flaw === "redirect" && status === 401)
      return { status: 302, headers: { location: "/login" }, body: "" };
    if (flaw === "success for a refusal") return { status: 200, headers, body };
    if (flaw === "no challenge") return { status, headers: { "content-type": "application/json" }, body };
    return { status, headers, body };
  }
}

function read(segment: string): unknown {
  return JSON.parse(Buffer.from(segment, "base64url").toString());
}
