/** The parts of a response that a diagnosis needs. */
export interface Answer {
  readonly kind: "answer";
  readonly status: number;
  readonly headers: Headers;
  /** The body's first 64 KB. */
  readonly text: string;
  /**
   * Seconds by which the server's `Date` is ahead of this clock (RFC 9110 section 6.6.1). Undefined without
   * one, and if a cache on the way answered (RFC 9111 section 5.1): its `Date` is that of the first answer.
   */
  readonly clockAhead: number | undefined;
  /** Seconds by which `clockAhead` may be wrong: half of the time that the response took. */
  readonly clockMargin: number;
}

/** No response. */
export interface NoAnswer {
  readonly kind: "none";
  /** The reason in words. */
  readonly reason: string;
  /** Whether no connection was made, so that nothing was sent. */
  readonly isUnsent: boolean;
}

/** How to send a request. */
export interface ProbeOptions {
  /** Milliseconds until the whole answer must be there. Default: 5 s. */
  readonly deadline?: number;
  /** Default: the global `fetch`. */
  readonly send?: (url: URL, init: RequestInit) => Promise<Response>;
}

/** Characters of a body that are read. */
const longestText = 64 * 1024;

/** Whether a header can have this value (RFC 9110 section 5.5). `fetch` rejects any other. */
export function canBeSent(value: string): boolean {
  return /^[\t\x20-\x7e]*$/.test(value);
}

/** Sends one request. Does not follow redirects, and never throws. */
export async function probe(
  url: URL,
  init: RequestInit = {},
  { deadline = 5000, send = fetch }: ProbeOptions = {},
): Promise<Answer | NoAnswer> {
  const [started, begun] = [Date.now(), performance.now()];
  try {
    const response = await send(url, { redirect: "manual", ...init, signal: AbortSignal.timeout(deadline) });
    // By the monotonic clock: a fetch is not measured with a clock that may be set meanwhile.
    const halfway = (performance.now() - begun) / 2;
    const middle = started + halfway;
    const text = await firstOf(response);
    const date = response.headers.has("age") ? Number.NaN : Date.parse(response.headers.get("date") ?? "");
    return {
      kind: "answer",
      status: response.status,
      headers: response.headers,
      text,
      // A Date is rounded down to whole seconds: on average the time is half a second later.
      clockAhead: Number.isNaN(date) ? undefined : (date + 500 - middle) / 1000,
      clockMargin: halfway / 1000,
    };
  } catch (error) {
    return { kind: "none", ...failureOf(error, deadline) };
  }
}

async function firstOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > longestText) break;
  }
  return text;
}

const unknownAuthority =
  "its certificate is from an unknown authority: set NODE_EXTRA_CA_CERTS to the path of the authority's";

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens on that port (ECONNREFUSED)",
  ENOTFOUND: "the host does not exist (ENOTFOUND)",
  EAI_AGAIN: "the DNS lookup failed (EAI_AGAIN)",
  ECONNRESET: "the server closed the connection (ECONNRESET)",
  UND_ERR_SOCKET: "the server closed the connection without a response",
  ERR_SSL_WRONG_VERSION_NUMBER: "the server does not use TLS: try http (ERR_SSL_WRONG_VERSION_NUMBER)",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "the server does not use TLS: try http",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is self-signed: set NODE_EXTRA_CA_CERTS to its path",
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
  CERT_HAS_EXPIRED: "its certificate has expired",
  CERT_NOT_YET_VALID: "its certificate is not valid yet",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another host",
};

/** Codes of a failure after which the request may have arrived. */
const afterConnecting = new Set(["", "ECONNRESET", "EPIPE", "UND_ERR_SOCKET", "UND_ERR_HEADERS_TIMEOUT"]);

function failureOf(error: unknown, deadline: number): Omit<NoAnswer, "kind"> {
  if (error instanceof DOMException && error.name === "TimeoutError")
    return { reason: `no response within ${deadline / 1000} seconds`, isUnsent: false };
  const cause = error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
  // A host with several addresses fails with one error for each.
  const code =
    cause?.code ??
    (cause instanceof AggregateError ? (cause.errors[0] as NodeJS.ErrnoException).code : "") ??
    "";
  return {
    reason: reasons[code] ?? `the request failed${code ? ` (${code})` : ""}`,
    isUnsent: Object.hasOwn(reasons, code) && !afterConnecting.has(code),
  };
}

/** Whether the response is a web page instead of JSON. */
export function isHtml({ headers, text }: Answer): boolean {
  return (headers.get("content-type") ?? "").includes("html") || /^\s*<(?:!doctype|html)/i.test(text);
}

/** Whether the response is a redirect. */
export function isRedirect({ status }: Answer): boolean {
  return status >= 300 && status < 400 && status !== 304;
}

/** The JSON object in the body; empty if there is none. */
export function jsonOf({ text }: Answer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
