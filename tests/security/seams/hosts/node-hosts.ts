import { EventEmitter } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, request as send } from "node:http";
import type { AddressInfo } from "node:net";
import { inject } from "light-my-request";
import { createMocks } from "node-mocks-http";
import serverless from "serverless-http";
import type { Host, HostAnswer, HostRequest } from "./host.ts";

/** The request that `node:http` passes to a listener, over a real socket. */
const realServer: Host<RequestListener> = {
  name: "node:http",
  async ask(app, { target, authorization }) {
    const server = createServer(app);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const headers = [
      "Host",
      "localhost",
      "Connection",
      "close",
      ...authorization.flatMap((value) => ["Authorization", value]),
    ];
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      send({ host: "127.0.0.1", port, path: target, headers }, resolve).on("error", reject).end();
    });
    let body = "";
    for await (const chunk of response.setEncoding("utf8")) body += chunk;
    await new Promise((resolve) => server.close(resolve));
    return { status: response.statusCode ?? 0, body };
  },
};

/** Fastify's `inject`, which also tests apps of other frameworks. */
const lightMyRequest: Host<RequestListener> = {
  name: "light-my-request",
  async ask(app, { target, authorization }) {
    const headers =
      authorization.length === 0
        ? {}
        : { authorization: authorization.length === 1 ? authorization[0] : [...authorization] };
    const { statusCode, body } = await inject(app as never, { url: target, headers: headers as never });
    return { status: statusCode, body };
  },
};

/**
 * AWS Lambda behind an API Gateway: events of the payload formats 1.0 and 2.0, and of a load balancer with
 * lists of values.
 */
function serverlessHttp(name: string, toEvent: (request: HostRequest) => object): Host<RequestListener> {
  return {
    name: `serverless-http, ${name}`,
    async ask(app, request) {
      const answer = (await serverless(app as never)(toEvent(request), {})) as {
        statusCode: number;
        body: string;
      };
      return { status: answer.statusCode, body: answer.body };
    },
  };
}

const pathOf = (target: string) => target.split("?")[0];
const queryOf = (target: string) => Object.fromEntries(new URLSearchParams(target.split("?")[1] ?? ""));

const payload1 = serverlessHttp("payload 1.0", ({ target, authorization }) => ({
  httpMethod: "GET",
  path: pathOf(target),
  queryStringParameters: queryOf(target),
  headers: authorization.length === 0 ? {} : { Authorization: authorization.join(",") },
  requestContext: { identity: { sourceIp: "192.0.2.1" } },
  body: "",
}));

const payload2 = serverlessHttp("payload 2.0", ({ target, authorization }) => ({
  version: "2.0",
  rawPath: pathOf(target),
  rawQueryString: target.split("?")[1] ?? "",
  headers: authorization.length === 0 ? {} : { authorization: authorization.join(",") },
  requestContext: { http: { method: "GET", sourceIp: "192.0.2.1" } },
  body: "",
}));

const manyValues = serverlessHttp("lists of values", ({ target, authorization }) => ({
  httpMethod: "GET",
  path: pathOf(target),
  multiValueQueryStringParameters: {},
  queryStringParameters: queryOf(target),
  headers: {},
  multiValueHeaders: authorization.length === 0 ? {} : { Authorization: authorization },
  requestContext: { identity: { sourceIp: "192.0.2.1" } },
  body: "",
}));

/** Headers of imitations of Node's request. */
const imitatedHeaders: Readonly<Record<string, (values: readonly string[]) => object | undefined>> = {
  "one text": (values) => (values.length === 0 ? {} : { authorization: values.join(", ") }),
  "a name in capitals": (values) => (values.length === 0 ? {} : { AUTHORIZATION: values.join(", ") }),
  "two spellings of the name": (values) =>
    Object.fromEntries(values.map((value, index) => [["authorization", "Authorization"][index], value])),
  "a list": (values) => (values.length === 0 ? {} : { authorization: values }),
  "a Headers object": (values) => new Headers(values.map((value) => ["authorization", value])),
};

/** Mocks of request and response, which lack Node's `rawHeaders` or socket. */
function mocks(
  name: string,
  headersOf: (values: readonly string[]) => object | undefined,
  more: object,
): Host<RequestListener> {
  return {
    name: `node-mocks-http, ${name}`,
    ask: (app, { target, authorization }) =>
      new Promise<HostAnswer>((resolve, reject) => {
        const { req, res } = createMocks(
          { method: "GET", url: target, ...more },
          { eventEmitter: EventEmitter },
        );
        const headers = headersOf(authorization);
        if (headers !== undefined) Object.defineProperty(req, "headers", { value: headers, writable: true });
        res.on("end", () =>
          resolve({ status: res.statusCode, body: res._getData() || res._getBuffer().toString() }),
        );
        Promise.resolve((app as (request: unknown, response: unknown) => unknown)(req, res)).catch(reject);
      }),
  };
}

export const nodeHosts: readonly Host<RequestListener>[] = [
  realServer,
  lightMyRequest,
  payload1,
  payload2,
  manyValues,
  ...Object.entries(imitatedHeaders).map(([name, headersOf]) => mocks(name, headersOf, {})),
  mocks("with an empty rawHeaders", imitatedHeaders["one text"] as never, { rawHeaders: [] }),
];
