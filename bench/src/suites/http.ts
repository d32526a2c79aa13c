import { fileURLToPath } from "node:url";
import { makeTokens, type TokenSet } from "../tokens.ts";
import { type Request, requestRates, startServer } from "./request-rates.ts";

/** The servers of each framework: unguarded, guarded by Usher, and guarded by peers. */
const httpContenders = {
  fastify: ["bare", "usher", "@fastify/jwt", "jose"],
  express: ["bare", "usher", "express-oauth2-jwt-bearer"],
} as const;
export type Framework = keyof typeof httpContenders;

export interface HttpSettings {
  readonly secret: string;
  readonly issuer: string;
  readonly audience: string;
}

const script = fileURLToPath(new URL("./server.ts", import.meta.url));

/**
 * Requests per second through a framework, unguarded and guarded. Every contender gets the same
 * `Authorization` headers.
 *
 * @param tokens How many different tokens the requests rotate through.
 */
export async function http(
  framework: Framework,
  tokens: number,
  rounds: number,
  seconds: number,
): Promise<Readonly<Record<string, number>>> {
  const set = makeTokens("HS256", 530, tokens);
  const settings = JSON.stringify(settingsOf(set));
  const servers = await Promise.all(
    httpContenders[framework].map((name) => startServer(name, script, [framework, name, settings])),
  );
  try {
    return await requestRates(servers, requestsOf(set), { rounds, seconds });
  } finally {
    for (const server of servers) server.stop();
  }
}

export function settingsOf({ issuer: { secret, issuer, audience } }: TokenSet): HttpSettings {
  return { secret, issuer, audience };
}

/** One request for each token, to its user's path. */
export function requestsOf({ tokens }: TokenSet): Request[] {
  return tokens.map((token, number) => ({
    method: "GET",
    path: `/api/${userOf(number)}/tasks`,
    headers: { authorization: `Bearer ${token}` },
  }));
}

/** The user of the token with this number. */
export function userOf(number: number): string {
  return `user-${String(number).padStart(8, "0")}`;
}
