import { setTimeout as sleep } from "node:timers/promises";
import { type Answer, isHtml, isRedirect, jsonOf, probe } from "../doctor/http/probe.ts";
import { directFetch } from "../http/direct-fetch.ts";
import { pasteable } from "../output/paste.ts";
import type { IssuerAddress } from "./address.ts";
import { createCookies } from "./cookies.ts";
import { IssuerRefusal } from "./refusal.ts";

/** Milliseconds for an answer: a password is hashed, and an e-mail may be sent. */
const defaultDeadline = 15_000;
/** Seconds. Better Auth's own limit for sign-ins is three in ten seconds. */
const longestWait = 15;
/** The number of times that a limited request is repeated. */
const mostWaits = 2;

/** How requests are sent. */
export interface ConnectionOptions {
  /** Called before waiting because the issuer limits requests. */
  readonly onWait?: ((seconds: number) => void) | undefined;
  /** Ends the waiting between two requests, not a request. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until an answer must be complete. Default: 15 s. */
  readonly deadline?: number | undefined;
}

/** An answer in JSON, or without a body. */
export interface IssuerAnswer {
  readonly status: number;
  readonly json: Readonly<Record<string, unknown>>;
  /** The issuer's own code and message of an error; "" if there is none. */
  readonly code: string;
  readonly message: string;
}

/** Requests to one issuer, with its cookies. */
export interface Connection {
  /**
   * Sends a request. The answer may have any status except 3xx and 429.
   *
   * @throws {IssuerRefusal} `unreachable`, `unclear`, `limited` or `elsewhere`.
   */
  send(path: string, body?: Readonly<Record<string, unknown>>): Promise<IssuerAnswer>;
  /** Whether the issuer has set a cookie that can be sent back. */
  hasCookies(): boolean;
  /** Domains of the cookies that are not for this address. */
  ignoredDomains(): readonly string[];
}

/** Creates a connection without cookies. */
export function connectTo(issuer: IssuerAddress, options: ConnectionOptions = {}): Connection {
  const { onWait = () => {}, signal, deadline = defaultDeadline } = options;
  const cookies = createCookies(new URL(issuer.origin).hostname);
  const send = issuer.origin.startsWith("http:") ? directFetch : fetch;

  async function sendOnce(url: URL, body: Readonly<Record<string, unknown>> | undefined): Promise<Answer> {
    const cookie = cookies.headerFor(url.pathname);
    const answer = await probe(
      url,
      {
        method: body === undefined ? "GET" : "POST",
        headers: {
          accept: "application/json",
          // Better Auth rejects what another site's page may have sent.
          origin: issuer.origin,
          "user-agent": "usher-auth",
          ...(cookie !== undefined && { cookie }),
          ...(body !== undefined && { "content-type": "application/json" }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      },
      { deadline, send },
    );
    if (answer.kind === "answer") return answer;
    throw new IssuerRefusal(
      answer.isUnsent ? "unreachable" : "unclear",
      `The issuer at ${issuer.origin} cannot be reached: ${answer.reason}.`,
    );
  }

  return {
    async send(path, body) {
      const url = new URL(issuer.base + path);
      for (let waits = 0; ; waits++) {
        const answer = await sendOnce(url, body);
        if (answer.status !== 429) {
          refuseOtherServer(answer, issuer, url);
          cookies.keep(answer.headers);
          return readAnswer(answer);
        }
        const seconds = retryAfter(answer);
        if (waits >= mostWaits || seconds > longestWait || signal?.aborted) throw limited(issuer, seconds);
        onWait(seconds);
        await sleep(seconds * 1000, undefined, { signal }).catch(() => {
          throw limited(issuer, seconds);
        });
      }
    },
    hasCookies: () => cookies.headerFor(new URL(`${issuer.base}/token`).pathname) !== undefined,
    ignoredDomains: cookies.ignored,
  };
}

function readAnswer(answer: Answer): IssuerAnswer {
  const json = jsonOf(answer);
  const text = (value: unknown) => (typeof value === "string" ? value : "");
  return { status: answer.status, json, code: text(json.code), message: text(json.message) };
}

/** Better Auth answers neither with a redirect nor with a web page. */
function refuseOtherServer(answer: Answer, issuer: IssuerAddress, url: URL): void {
  if (isRedirect(answer)) {
    const target = URL.parse(answer.headers.get("location") ?? "", url.href);
    // Its path may not be that of an endpoint, and its query may be a token.
    const advice =
      target === null || target.origin === issuer.origin
        ? "Better Auth does not redirect: something before it does."
        : `Use the address that it redirects to: --issuer ${pasteable(target.origin)}`;
    throw new IssuerRefusal(
      "elsewhere",
      `The issuer at ${issuer.origin} redirects (${answer.status}), which is not followed. ${advice}`,
    );
  }
  if (isHtml(answer))
    throw new IssuerRefusal(
      "elsewhere",
      `${url.origin}${url.pathname} answers ${answer.status} with a web page: the request does not reach Better Auth. Check --issuer and --base-path.`,
    );
}

/** Seconds. Better Auth sends `X-Retry-After`. */
function retryAfter({ headers }: Answer): number {
  const seconds = Number(headers.get("retry-after") ?? headers.get("x-retry-after") ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.max(seconds, 1) : 10;
}

function limited(issuer: IssuerAddress, seconds: number): IssuerRefusal {
  return new IssuerRefusal(
    "limited",
    `The issuer at ${issuer.origin} limits requests (429). Try again in ${Math.ceil(seconds)} seconds.`,
  );
}
