import { exchange } from "./http.ts";

/** Node's own, before a test replaces it. */
const { Response: ResponseOfNode } = globalThis;

/** `XMLHttpRequest` as React Native's `fetch` (whatwg-fetch) uses it. It follows every redirect. */
export class ReactNativeXMLHttpRequest {
  withCredentials = true;
  readyState = 0;
  status = 0;
  statusText = "";
  responseURL = "";
  responseText = "";
  response = "";
  onload: () => void = () => {};
  onerror: () => void = () => {};
  onabort: () => void = () => {};
  onreadystatechange: () => void = () => {};
  #method = "";
  #url = "";
  #answerHeaders = "";
  readonly #headers: Record<string, string> = {};
  readonly #abort = new AbortController();

  open(method: string, url: string): void {
    this.#method = method;
    this.#url = url;
  }
  setRequestHeader(name: string, value: string): void {
    this.#headers[name] = value;
  }
  getAllResponseHeaders(): string {
    return this.#answerHeaders;
  }
  abort(): void {
    this.#abort.abort();
    this.onabort();
  }
  send(body: RequestInit["body"]): void {
    void this.#exchange(body).then(
      () => this.onload(),
      () => this.#abort.signal.aborted || this.onerror(),
    );
  }
  async #exchange(body: RequestInit["body"]): Promise<void> {
    const sent = { method: this.#method, url: this.#url, headers: this.#headers, body } as const;
    const answer = await exchange({ ...sent, redirect: "follow" }, this.#abort.signal);
    this.responseText = new TextDecoder().decode(answer.bytes);
    this.response = this.responseText;
    this.#answerHeaders = answer.headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    this.status = answer.status;
    this.responseURL = answer.url;
    this.readyState = 4;
  }
}

/** A Request of whatwg-fetch, which is the one that Expo's `fetch` gets. */
type OwnRequest = Request & { _bodyInit?: RequestInit["body"]; _noBody?: boolean };

/**
 * Expo 58's `fetch`: reads a Request by its members, tells its network layer what to do with redirects, and
 * returns its own class of responses, whose body is a stream.
 */
export async function expoFetch(input: string | OwnRequest, init: RequestInit = {}): Promise<Response> {
  const request = typeof input === "string" ? undefined : input;
  const headers: Record<string, string> = {};
  new Headers(init.headers ?? request?.headers).forEach((value, name) => {
    headers[name] = value;
  });
  const sent = {
    method: init.method ?? request?.method ?? "GET",
    url: typeof input === "string" ? input : input.url,
    headers,
    body: init.body ?? (request?._noBody === true ? null : request?._bodyInit),
    redirect: init.redirect ?? request?.redirect ?? "follow",
  };
  const { bytes, status, headers: answered } = await exchange(sent, init.signal ?? input["signal" as never]);
  return new ResponseOfNode(bytes.length > 0 ? new Uint8Array(bytes) : null, { status, headers: answered });
}
