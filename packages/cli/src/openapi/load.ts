import { CannotRun } from "../command-line/command.ts";
import { directFetch } from "../http/direct-fetch.ts";
import { collect, decodeText, readFileText } from "../input/text.ts";
import { type Document, parseDocument } from "./document.ts";

/** Bytes. The largest public documents are about half of this. */
const largest = 32 * 1024 * 1024;
/** Milliseconds from the request to the end of the document. */
const defaultTimeout = 10_000;

/** A document, and the address that it was fetched from, if any. */
export interface LoadedDocument {
  readonly document: Document;
  readonly source: URL | undefined;
  /** For reports: the file's path, or the address without its query. */
  readonly name: string;
}

/** The text of a document, as it was read. */
export interface DocumentText {
  readonly text: string;
  /** The response's `ETag`, to ask whether the document has changed. */
  readonly etag: string | undefined;
}

/**
 * Reads the document from a file, or fetches it from an http(s) address without a token and without following
 * redirects.
 *
 * @param timeout Milliseconds for the whole request. Default: 10 s.
 * @throws {CannotRun} It cannot be read or fetched, or is not an OpenAPI document.
 */
export async function loadDocument(place: string, timeout: number = defaultTimeout): Promise<LoadedDocument> {
  const source = addressOf(place);
  if (source === undefined) {
    return { document: parseDocument(await readDocumentFile(place), place), source, name: place };
  }
  const name = nameOf(source);
  const { text } = (await fetchDocument(source, { timeout })) as DocumentText;
  return { document: parseDocument(text, name), source, name };
}

/**
 * The address of a document that is not in a file.
 *
 * @throws {CannotRun} Not a valid address, or one with credentials.
 */
export function addressOf(place: string): URL | undefined {
  if (!/^https?:\/\//i.test(place)) return undefined;
  if (!URL.canParse(place)) throw new CannotRun("The document's address is not a valid URL.");
  const source = new URL(place);
  if (source.username !== "" || source.password !== "") {
    throw new CannotRun("The document's address must not contain credentials.");
  }
  return source;
}

/** For reports: the address without its query. */
export function nameOf(source: URL): string {
  return source.origin + source.pathname;
}

/** @throws {CannotRun} */
export function readDocumentFile(path: string): Promise<string> {
  return readFileText(path, largest);
}

/** Options of {@link fetchDocument}. */
export interface FetchOptions {
  /** Milliseconds for the whole request. Default: 10 s. */
  readonly timeout?: number | undefined;
  /** Of the document that is known already. */
  readonly etag?: string | undefined;
  /** Ends the request. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Fetches the text of a document.
 *
 * @returns undefined if the server says that it still has the `etag`.
 * @throws {CannotRun}
 */
export async function fetchDocument(
  source: URL,
  { timeout = defaultTimeout, etag, signal }: FetchOptions = {},
): Promise<DocumentText | undefined> {
  const name = nameOf(source);
  const send = source.protocol === "http:" ? directFetch : fetch;
  const late = AbortSignal.timeout(timeout);
  const response = await send(source, {
    redirect: "manual",
    headers: {
      accept: "application/json, application/yaml;q=0.9, */*;q=0.5",
      ...(etag !== undefined && { "if-none-match": etag }),
    },
    signal: signal === undefined ? late : AbortSignal.any([late, signal]),
  }).catch((error: unknown) => {
    const cause = causeOf(error);
    // Another protocol, or a certificate that is not trusted.
    const isThere = /SSL|TLS|CERT|SIGNATURE|ISSUER/.test(cause);
    throw new CannotRun(
      isThere
        ? `No https connection to ${name} (${cause}). Check the certificate, and whether the API speaks https.`
        : `Nothing answers at ${name} (${cause}). Is the API running?`,
    );
  });
  if (response.status === 304 && etag !== undefined) return undefined;
  if (!response.ok) {
    await response.body?.cancel().catch(() => undefined);
    throw new CannotRun(refusalOf(response.status, name));
  }
  try {
    const bytes = await collect(response.body ?? new Blob([]).stream(), largest, name);
    return { text: decodeText(bytes, name), etag: response.headers.get("etag") ?? undefined };
  } catch (error) {
    if (error instanceof CannotRun) throw error;
    const isLate = (error as Error).name === "TimeoutError";
    const what = isLate
      ? `did not send the whole document within ${timeout / 1000} s`
      : "closed the connection before the document was complete";
    throw new CannotRun(`${name} ${what}.`);
  }
}

function refusalOf(status: number, name: string): string {
  if (status >= 300 && status < 400 && status !== 304)
    return `${name} redirects (${status}). Use the address that it redirects to.`;
  const advice = status === 401 ? " Save the document to a file, and name that file instead." : "";
  return `${name} answers ${status} instead of the document.${advice}`;
}

function causeOf(error: unknown): string {
  const { cause, name } = error as { cause?: { code?: unknown }; name?: string };
  return typeof cause?.code === "string"
    ? cause.code
    : name === "TimeoutError"
      ? "no answer in time"
      : "no connection";
}
