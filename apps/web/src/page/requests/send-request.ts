import type { ForwardedResponse } from "../api/development.ts";

/** A request to the API. */
export type ApiRequest = {
  url: string;
  token: string | undefined;
  /** A description of what was changed in the token. */
  change?: string;
};

/** The API's response, unchanged. */
export type ApiResponse = {
  status: number;
  statusText: string;
  challenge: string | null;
  contentType: string | null;
  requestId: string | null;
  body: string;
};

/** What the operator's log has about a refused request. */
type RefusalReport = { code: string; hint: string | null; user: string | null };

/** A request, its response, and what the client is not told. */
export type Exchange = {
  request: { url: string; authorization: string[]; note?: string };
  response: ApiResponse;
  /** Undefined: the request was not refused, or this API does not show its log. */
  report: RefusalReport | undefined;
};

/** The address of the first page of a user's tasks. */
export function tasksUrl(apiUrl: string, userId: string): string {
  const base = apiUrl.endsWith("/") ? apiUrl : `${apiUrl}/`;
  return new URL(`api/${encodeURIComponent(userId)}/tasks?limit=1`, base).href;
}

/** Plain `fetch`, so that the response is shown unchanged. It follows no redirect. */
export async function sendRequest({ url, token, change }: ApiRequest): Promise<Exchange> {
  const response = await fetch(url, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    cache: "no-store",
    credentials: "omit",
    redirect: "error",
  });
  const answer = {
    status: response.status,
    statusText: response.statusText,
    ...headersOf((name) => response.headers.get(name)),
    body: prettyJson(await response.text()),
  };
  return {
    request: {
      url,
      authorization: token === undefined ? [] : [token],
      ...(change !== undefined && { note: `Changed: ${change}` }),
    },
    response: answer,
    report: await loadReport(url, response.headers.get("x-refusal")),
  };
}

/** The exchange of a request that the web server sent with two `Authorization` headers. */
export async function forwardedExchange(
  { url, status, statusText, headers, body }: ForwardedResponse,
  authorization: string[],
): Promise<Exchange> {
  return {
    request: { url, authorization, note: "Sent by the web server: fetch joins two headers into one" },
    response: {
      status,
      statusText,
      ...headersOf((name) => headers[name] ?? null),
      body: prettyJson(body),
    },
    report: await loadReport(url, headers["x-refusal"] ?? null),
  };
}

function headersOf(get: (name: string) => string | null) {
  return {
    challenge: get("www-authenticate"),
    contentType: get("content-type"),
    requestId: get("x-request-id"),
  };
}

/** Milliseconds. The response is not shown before its report is there. */
const reportDeadline = 2000;

/**
 * The report that the response names, from the same API. The API of this repository names one in development;
 * others do not.
 */
async function loadReport(url: string, path: string | null): Promise<RefusalReport | undefined> {
  if (path === null || !/^\/dev\/refusals\/[\w-]+$/.test(path)) return undefined;
  try {
    const response = await fetch(new URL(path, url), {
      cache: "no-store",
      credentials: "omit",
      signal: AbortSignal.timeout(reportDeadline),
    });
    return response.ok ? readReport(await response.json()) : undefined;
  } catch {
    return undefined;
  }
}

function readReport(body: unknown): RefusalReport | undefined {
  const { code, hint, user } = (body ?? {}) as Record<string, unknown>;
  if (typeof code !== "string") return undefined;
  const textOrNull = (value: unknown) => (typeof value === "string" ? value : null);
  return { code, hint: textOrNull(hint), user: textOrNull(user) };
}

function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}
