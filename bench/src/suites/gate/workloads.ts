import { userOf } from "../http.ts";

/** One kind of request to the API. */
export interface Workload {
  readonly method: "GET" | "POST";
  /** Of the API's path, after the user. */
  readonly resource: "tasks" | "report";
  readonly body?: string;
  /** How many tokens the requests use in turn. */
  readonly tokens: number;
}

/** All in the gate's cache, which has room for 10,000. */
const known = 1000;
/** More than the cache has room for: every token has been forgotten when its turn comes. */
const fresh = 12_000;

const body = JSON.stringify({ title: "Water the plants", notes: "x".repeat(980) });

/** The workloads by name. */
export const workloads = {
  get: { method: "GET", resource: "tasks", tokens: known },
  "get-10kb": { method: "GET", resource: "report", tokens: known },
  post: { method: "POST", resource: "tasks", tokens: known, body },
  fresh: { method: "GET", resource: "tasks", tokens: fresh },
} as const satisfies Record<string, Workload>;

export type WorkloadName = keyof typeof workloads;

/** What a guard wants to be asked. Headers in addition to those of the request. */
export interface Question {
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The requests as they are sent, one for each token, to the path of its user. */
export function requestsOf(
  { method, resource, body }: Workload,
  tokens: readonly string[],
  ask: (path: string, method: string) => Question = (path) => ({ path }),
): string[] {
  return tokens.map((token, number) => {
    const question = ask(`/api/${userOf(number)}/${resource}`, method);
    const headers: Readonly<Record<string, string>> = {
      host: "api.example.com",
      ...question.headers,
      accept: "application/json",
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { "content-type": "application/json", "content-length": `${body.length}` }),
    };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    return `${method} ${question.path} HTTP/1.1\r\n${lines.join("")}\r\n${body ?? ""}`;
  });
}
