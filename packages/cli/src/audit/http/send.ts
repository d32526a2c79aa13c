import * as http from "node:http";
import * as https from "node:https";
import { isDeeperThan } from "../../openapi/depth.ts";
import type { Method } from "../../openapi/operation.ts";
import type { Answer } from "./answer.ts";

/** A request to the API under audit. */
export interface AuditRequest {
  readonly method: Method;
  /** Path and query, exactly as sent: nothing normalises them. */
  readonly path: string;
  /** All headers except `Authorization`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** Milliseconds for a whole answer. */
const timeout = 10_000;
/** Bytes. The rest of a body is ignored. */
const longestBody = 1024 * 1024;

/** The deepest nesting of JSON in an answer; deeper JSON is ignored. */
const mostLevels = 200;

/** Sends one request. Resolves to undefined if the connection fails or no answer arrives in time. */
export type Send = (request: AuditRequest, authorization: string | undefined) => Promise<Answer | undefined>;

/** A connection to one origin. Not `fetch`: that resolves dot segments before it sends a path. */
export function connect(origin: string): { send: Send; close(): void } {
  const client = origin.startsWith("https:") ? https : http;
  const agent = new client.Agent({ keepAlive: true, maxSockets: 1 });

  function attempt(
    sent: AuditRequest,
    authorization: string | undefined,
  ): Promise<Answer | "stale" | undefined> {
    return new Promise((resolve) => {
      const request = client.request(origin, {
        agent,
        method: sent.method,
        path: sent.path,
        signal: AbortSignal.timeout(timeout),
        headers: {
          accept: "application/json, */*;q=0.5",
          "user-agent": "usher-audit",
          ...sent.headers,
          ...(sent.body !== undefined && { "content-length": Buffer.byteLength(sent.body) }),
          ...(authorization !== undefined && { authorization }),
        },
      });
      // The server may close a kept-alive connection at the moment it is reused. That says nothing about the
      // request.
      const fail = () => resolve(request.reusedSocket ? "stale" : undefined);
      request.on("error", fail);
      request.on("response", (response) => {
        readText(response).then((text) => resolve(answerOf(response, text, sent.method)), fail);
      });
      request.end(sent.body);
    });
  }

  return {
    async send(request, authorization) {
      const answer = await attempt(request, authorization);
      if (answer !== "stale") return answer;
      agent.destroy();
      const second = await attempt(request, authorization);
      return second === "stale" ? undefined : second;
    },
    close: () => agent.destroy(),
  };
}

async function readText(response: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    chunks.push(chunk);
    if (length > longestBody) break;
  }
  return Buffer.concat(chunks).toString("utf8");
}

function answerOf({ statusCode = 0, headers }: http.IncomingMessage, text: string, method: Method): Answer {
  const mediaType = (headers["content-type"] ?? "").split(";", 1).join().trim().toLowerCase();
  const json = parse(text);
  const seconds = Number(headers["retry-after"]);
  return {
    status: statusCode,
    mediaType,
    hasChallenge: headers["www-authenticate"] !== undefined,
    hasProblem:
      mediaType === "application/problem+json" &&
      // An answer to HEAD has no body.
      (method === "HEAD" || (typeof json === "object" && json !== null)),
    location: headers.location,
    retryAfter: headers["retry-after"] !== undefined && seconds >= 0 ? seconds : undefined,
    text,
    json,
  };
}

function parse(text: string): unknown {
  try {
    const json: unknown = JSON.parse(text);
    return isDeeperThan(json, mostLevels) ? undefined : json;
  } catch {
    return undefined;
  }
}
