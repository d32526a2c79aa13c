import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import autocannon from "autocannon";
import { median } from "../rounds.ts";
import { makeTokens } from "../tokens.ts";

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

const server = fileURLToPath(new URL("./server.ts", import.meta.url));

/**
 * Requests per second through a framework, unguarded and guarded; the median of the rounds. Every contender
 * gets the same requests, with the same `Authorization` headers.
 *
 * @param tokens How many different tokens the requests rotate through.
 */
export async function http(
  framework: Framework,
  tokens: number,
  rounds: number,
  seconds: number,
): Promise<Readonly<Record<string, number>>> {
  const { issuer, tokens: texts } = makeTokens("HS256", 530, tokens);
  const settings = JSON.stringify({
    secret: issuer.secret,
    issuer: issuer.issuer,
    audience: issuer.audience,
  });
  const requests = texts.map((token, number) => ({
    method: "GET" as const,
    path: `/api/user-${String(number).padStart(8, "0")}/tasks`,
    headers: { authorization: `Bearer ${token}` },
  }));
  const names = httpContenders[framework];
  const servers = await Promise.all(names.map((name) => start(framework, name, settings)));
  const samples = new Map<string, number[]>(names.map((name) => [name, []]));
  try {
    for (let round = 0; round <= rounds; round++) {
      for (const { name, url } of servers) {
        const {
          requests: rate,
          non2xx,
          errors,
        } = await autocannon({
          url,
          connections: 10,
          pipelining: 4,
          duration: seconds,
          requests,
        });
        if (non2xx + errors > 0)
          throw new Error(`${framework}, ${name}: ${non2xx} requests rejected, ${errors} failed`);
        if (round > 0) samples.get(name)?.push(rate.mean);
      }
    }
  } finally {
    for (const { process } of servers) process.kill();
  }
  return Object.fromEntries([...samples].map(([name, rates]) => [name, median(rates)]));
}

async function start(
  framework: Framework,
  name: string,
  settings: string,
): Promise<{ name: string; url: string; process: ChildProcess }> {
  const child = spawn(process.execPath, [server, framework, name, settings], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return { name, url: line.toString().trim(), process: child };
}
