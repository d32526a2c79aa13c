import type { Answer } from "../verdict.ts";
import { authPath, envoyPrefix, refusalPath } from "./paths.ts";

/** What is sent to the proxy. */
export interface Reply {
  readonly status: number;
  /** In lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** How a proxy takes an answer. */
export interface Dialect {
  /** Whether it can pass a 2xx of the gate on to the client, as the answer to a preflight. */
  readonly carriesPreflights: boolean;
  /** The status that lets a request pass. `undefined`: none does. */
  readonly pass: 200 | 204 | undefined;
  /** What the proxy gets if the request must not pass. */
  reply(answer: Answer): Reply;
}

/** Lets every 2xx pass, and gives the client everything else. To it, a preflight is an ordinary OPTIONS. */
const any: Dialect = { carriesPreflights: false, pass: 204, reply: (answer) => answer };

/** Its configuration can tell a 200 from a 204. */
const exact: Dialect = {
  carriesPreflights: true,
  pass: 204,
  reply: (answer) => (answer.status < 300 ? { ...answer, status: 200 } : answer),
};

/**
 * `auth_request` knows 2xx, 401 and 403, and drops the body. nginx then asks for the whole answer. Always
 * 403: of a 401, nginx would keep the challenge, and the client would get it twice.
 */
const nginx: Dialect = {
  carriesPreflights: true,
  pass: 204,
  reply: ({ status, headers, body }) => ({
    status: 403,
    headers: { ...headers, "x-usher-status": String(status) },
    body,
  }),
};

/** The second question of nginx, about a request that was refused. Nothing passes by this answer. */
const refusal: Dialect = { carriesPreflights: true, pass: undefined, reply: (answer) => answer };

/** Lets only 200 pass (`ext_authz`), and gives the client everything else. */
const envoy: Dialect = { carriesPreflights: true, pass: 200, reply: (answer) => answer };

/**
 * Each dialect has its own path. In the query, the client could choose one: some proxies append the original
 * query to the address that they ask.
 */
const dialects: Readonly<Record<string, Dialect>> = {
  [authPath]: any,
  [`${authPath}/traefik`]: any,
  [`${authPath}/caddy`]: exact,
  [`${authPath}/haproxy`]: exact,
  [`${authPath}/nginx`]: nginx,
  [refusalPath]: refusal,
};

/** The dialect of a request target. Undefined: the gate answers no questions there. */
export function dialectOf(target: string): Dialect | undefined {
  if (target.startsWith(`${envoyPrefix}/`)) return envoy;
  const end = target.indexOf("?");
  const path = end === -1 ? target : target.slice(0, end);
  return Object.hasOwn(dialects, path) ? dialects[path] : undefined;
}
