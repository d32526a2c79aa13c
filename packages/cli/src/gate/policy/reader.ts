import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { fetchDocument, nameOf, readDocumentFile } from "../../openapi/load.ts";

/** Reads a document again and again. */
export interface Reader<Value> {
  /**
   * @returns undefined if the document is as it was when it was last read well.
   * @throws {CannotRun} It cannot be read, or `parse` threw.
   */
  read(signal: AbortSignal): Promise<Value | undefined>;
}

/** Makes something of a document's text. The name is for errors. */
export type Parse<Value> = (text: string, name: string) => Value;

export function readerOfFile<Value>(path: string, parse: Parse<Value>): Reader<Value> {
  let known: { readonly state: string | undefined; readonly digest: string } | undefined;
  return {
    async read() {
      // Editors put a new file in the place of the old one, and writers may stop in the middle. The state is
      // from before the file is read: what is written meanwhile is seen the next time.
      const state = await stateOf(path);
      if (state !== undefined && state === known?.state) return undefined;
      const text = await readDocumentFile(path);
      const digest = digestOf(text);
      const value = digest === known?.digest ? undefined : parse(text, path);
      known = { state, digest };
      return value;
    },
  };
}

async function stateOf(path: string): Promise<string | undefined> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return [ino, size, mtimeNs, ctimeNs].join(" ");
  } catch {
    // Reading it says why.
    return undefined;
  }
}

/** @param timeout Milliseconds for one response. */
export function readerOfAddress<Value>(address: URL, parse: Parse<Value>, timeout: number): Reader<Value> {
  let known: { readonly etag: string | undefined; readonly digest: string } | undefined;
  return {
    async read(signal) {
      const fetched = await fetchDocument(address, { timeout, etag: known?.etag, signal });
      if (fetched === undefined) return undefined;
      const { text, etag } = fetched;
      const digest = digestOf(text);
      const value = digest === known?.digest ? undefined : parse(text, nameOf(address));
      known = { etag, digest };
      return value;
    },
  };
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("base64");
}
