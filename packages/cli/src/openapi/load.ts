import { CannotRun } from "../command-line/command.ts";
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

/**
 * Reads the document from a file, or fetches it from an http(s) address without a token and without following
 * redirects.
 *
 * @param timeout Milliseconds for the whole request. Default: 10 s.
 * @throws {CannotRun} It cannot be read or fetched, or is not an OpenAPI document.
 */
export async function loadDocument(place: string, timeout: number = defaultTimeout): Promise<LoadedDocument> {
  if (!/^https?:\/\//i.test(place)) {
    return {
      document: parseDocument(await readFileText(place, largest), place),
      source: undefined,
      name: place,
    };
  }
  if (!URL.canParse(place)) throw new CannotRun("The document's address is not a valid URL.");
  const source = new URL(place);
  if (source.username !== "" || source.password !== "") {
    throw new CannotRun("The document's address must not contain credentials.");
  }
  const name = source.origin + source.pathname;
  return { document: parseDocument(await fetchText(source, name, timeout), name), source, name };
}

async function fetchText(source: URL, name: string, timeout: number): Promise<string> {
  const response = await fetch(source, {
    redirect: "manual",
    headers: { accept: "application/json, application/yaml;q=0.9, */*;q=0.5" },
    signal: AbortSignal.timeout(timeout),
  }).catch((error: unknown) => {
    throw new CannotRun(`Nothing answers at ${name} (${causeOf(error)}). Is the API running?`);
  });
  if (response.status >= 300 && response.status < 400) {
    throw new CannotRun(`${name} redirects (${response.status}). Use the address that it redirects to.`);
  }
  if (!response.ok) {
    const advice =
      response.status === 401 ? " Save the document to a file, and give that file with --server." : "";
    throw new CannotRun(`${name} answers ${response.status} instead of the document.${advice}`);
  }
  try {
    return decodeText(await collect(response.body ?? new Blob([]).stream(), largest, name), name);
  } catch (error) {
    if (error instanceof CannotRun) throw error;
    const isLate = (error as Error).name === "TimeoutError";
    const what = isLate
      ? `did not send the whole document within ${timeout / 1000} s`
      : "closed the connection before the document was complete";
    throw new CannotRun(`${name} ${what}.`);
  }
}

function causeOf(error: unknown): string {
  const { cause, name } = error as { cause?: { code?: unknown }; name?: string };
  return typeof cause?.code === "string"
    ? cause.code
    : name === "TimeoutError"
      ? "no answer in time"
      : "no connection";
}
