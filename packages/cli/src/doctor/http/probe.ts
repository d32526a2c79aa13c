/** What came back from a request, as far as a diagnosis needs it. */
export interface Answer {
  readonly kind: "answer";
  readonly status: number;
  readonly headers: Headers;
  /** The body's first 64 KB. */
  readonly text: string;
  /**
   * Seconds by which the server's clock is ahead of this one's (RFC 9110 section 6.6.1); undefined without a
   * Date.
   */
  readonly clockAhead: number | undefined;
}

/** Nothing came back. */
export interface NoAnswer {
  readonly kind: "none";
  /** The reason in words. */
  readonly reason: string;
}

/** Milliseconds. */
const deadline = 5000;
/** Bytes of a body that are looked at. */
const enough = 64 * 1024;

/**
 * Whether a header may have this value: no server takes anything else (RFC 9110 section 5.5), and `fetch`
 * sends none.
 */
export function canBeSent(value: string): boolean {
  return /^[\t\x20-\x7e]*$/.test(value);
}

/** Sends one request. Follows no redirect, and never throws. */
export async function probe(url: URL, init: RequestInit = {}): Promise<Answer | NoAnswer> {
  const started = Date.now();
  try {
    const response = await fetch(url, { redirect: "manual", ...init, signal: AbortSignal.timeout(deadline) });
    const middle = (started + Date.now()) / 2;
    const text = await firstOf(response);
    const date = Date.parse(response.headers.get("date") ?? "");
    return {
      kind: "answer",
      status: response.status,
      headers: response.headers,
      text,
      // A Date has whole seconds, rounded down: on average it is half a second later than it says.
      clockAhead: Number.isNaN(date) ? undefined : (date + 500 - middle) / 1000,
    };
  } catch (error) {
    return { kind: "none", reason: reasonOf(error) };
  }
}

async function firstOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > enough) break;
  }
  return text;
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there (ECONNREFUSED)",
  ENOTFOUND: "there is no host of that name (ENOTFOUND)",
  EAI_AGAIN: "the host's name cannot be looked up (EAI_AGAIN)",
  ECONNRESET: "the connection was cut (ECONNRESET)",
  UND_ERR_SOCKET: "the connection was cut before an answer",
  ERR_SSL_WRONG_VERSION_NUMBER: "it does not speak https; is it http? (ERR_SSL_WRONG_VERSION_NUMBER)",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "it does not speak https; is it http?",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is self-signed; set NODE_EXTRA_CA_CERTS to it",
  CERT_HAS_EXPIRED: "its certificate has expired",
};

function reasonOf(error: unknown): string {
  if (error instanceof DOMException && error.name === "TimeoutError")
    return `no answer within ${deadline / 1000} seconds`;
  const cause = error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
  // A name with several addresses fails with one error for each.
  const code =
    cause?.code ?? (cause instanceof AggregateError ? (cause.errors[0] as NodeJS.ErrnoException).code : "");
  return reasons[code ?? ""] ?? `the request failed${code ? ` (${code})` : ""}`;
}

/** Whether a page came where data was asked for. */
export function isHtml({ headers, text }: Answer): boolean {
  return (headers.get("content-type") ?? "").includes("html") || /^\s*<(?:!doctype|html)/i.test(text);
}

/** Whether the answer sends elsewhere. */
export function isRedirect({ status }: Answer): boolean {
  return status >= 300 && status < 400 && status !== 304;
}

/** A JSON object's members, or none. */
export function jsonOf({ text }: Answer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
