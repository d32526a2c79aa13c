import { CannotRun } from "../../command-line/command.ts";
import { collect, decodeText, readFileText } from "../../input/text.ts";
import { type Document, parseDocument } from "./document.ts";

/** Bytes. The largest documents in public use are about half of it. */
const largest = 32 * 1024 * 1024;
/** Milliseconds, from the request to the document's end. */
const usualPatience = 10_000;

/** A document, and where it came from if not out of a file. */
export interface LoadedDocument {
  readonly document: Document;
  readonly source: URL | undefined;
  /** For reports: the file's path, or the address without its query. */
  readonly name: string;
}

/**
 * Reads the document from a file, or from an http address, without a token and without following redirects.
 *
 * @param patience Milliseconds for all of it. Default 10 s.
 * @throws {CannotRun} It cannot be had, or is no OpenAPI document.
 */
export async function loadDocument(place: string, patience: number = usualPatience): Promise<LoadedDocument> {
  if (!/^https?:\/\//i.test(place)) {
    return {
      document: parseDocument(await readFileText(place, largest), place),
      source: undefined,
      name: place,
    };
  }
  if (!URL.canParse(place)) throw new CannotRun("The document's address is no address.");
  const source = new URL(place);
  if (source.username !== "" || source.password !== "") {
    throw new CannotRun("The document's address must have no credentials in it.");
  }
  const name = source.origin + source.pathname;
  return { document: parseDocument(await fetchText(source, name, patience), name), source, name };
}

async function fetchText(source: URL, name: string, patience: number): Promise<string> {
  const response = await fetch(source, {
    redirect: "manual",
    headers: { accept: "application/json, application/yaml;q=0.9, */*;q=0.5" },
    signal: AbortSignal.timeout(patience),
  }).catch((error: unknown) => {
    throw new CannotRun(`Nothing answers at ${name} (${causeOf(error)}). Is the API running?`);
  });
  if (response.status >= 300 && response.status < 400) {
    throw new CannotRun(`${name} redirects (${response.status}). Give the address that it leads to.`);
  }
  if (!response.ok) {
    const advice = response.status === 401 ? " Save the document, and give the file and --server." : "";
    throw new CannotRun(`${name} answers ${response.status} instead of the document.${advice}`);
  }
  try {
    return decodeText(await collect(response.body ?? new Blob([]).stream(), largest, name), name);
  } catch (error) {
    if (error instanceof CannotRun) throw error;
    const isLate = (error as Error).name === "TimeoutError";
    const what = isLate
      ? `takes more than ${patience / 1000} s to send the document`
      : "broke off within the document";
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
