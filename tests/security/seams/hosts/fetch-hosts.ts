import { Request as UndiciRequest } from "undici";
import type { Host, HostRequest } from "./host.ts";

/** A function from a request to a response, as fetch hosts run it. */
export type FetchApp = (request: Request) => Response | Promise<Response>;

/** A subclass with its own members, like those of Next.js and Cloudflare. */
class HostsRequest extends Request {
  readonly ip = "192.0.2.1";
}

const urlOf = ({ target }: HostRequest) => `http://localhost${target}`;
const pairs = ({ authorization }: HostRequest): [string, string][] =>
  authorization.map((value) => ["authorization", value]);

function host(name: string, make: (request: HostRequest) => unknown): Host<FetchApp> {
  return {
    name,
    async ask(app, request) {
      const response = await app(make(request) as Request);
      return { status: response.status, body: await response.text() };
    },
  };
}

const standard = (request: HostRequest) => new Request(urlOf(request), { headers: pairs(request) });

/** The request as Next.js passes it to route handlers: with bound methods. */
function proxied(request: Request): Request {
  return new Proxy(request, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** Requests that any framework accepts. */
export const fetchHosts: readonly Host<FetchApp>[] = [
  host("a Request", standard),
  host("a subclass of Request", (request) => new HostsRequest(urlOf(request), { headers: pairs(request) })),
  host(
    "a Request of another realm",
    (request) => new UndiciRequest(urlOf(request), { headers: pairs(request) }),
  ),
  host("a proxy of a Request", (request) => proxied(standard(request))),
  host("a frozen Request", (request) => Object.freeze(standard(request))),
];

/** Imitations of a Request, for handlers without a framework. */
export const imitatingFetchHosts: readonly Host<FetchApp>[] = [
  host("an object with its target as url", (request) => ({
    method: "GET",
    url: request.target,
    headers: new Headers(pairs(request)),
  })),
  host("an object with plain headers", (request) => ({
    method: "GET",
    url: urlOf(request),
    headers: request.authorization.length === 0 ? {} : { Authorization: request.authorization.join(", ") },
  })),
  host("an object with lists in plain headers", (request) => ({
    method: "GET",
    url: urlOf(request),
    headers: { authorization: request.authorization },
  })),
  host("an object with two spellings of a header", (request) => ({
    method: "GET",
    url: urlOf(request),
    headers: Object.fromEntries(
      request.authorization.map((value, index) => [["authorization", "Authorization"][index], value]),
    ),
  })),
];
