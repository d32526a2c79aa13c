import { once } from "node:events";
import { type IncomingMessage, request as requestOfNode } from "node:http";

/** Node's own, before a test replaces it. */
const { URL: UrlOfNode } = globalThis;

export type Sent = {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: RequestInit["body"];
  redirect: "follow" | "error" | "manual";
};

export type Answer = { url: string; status: number; headers: [string, string][]; bytes: Uint8Array };

/**
 * The network layer of a phone. It follows redirects unless the request forbids it, and then removes
 * `Authorization` for another host.
 */
export async function exchange(sent: Sent, signal: AbortSignal): Promise<Answer> {
  const { method, url, redirect } = sent;
  const { text, headers } = encode(sent);
  const request = requestOfNode(url, { method, headers, signal });
  request.end(text);
  const [message]: IncomingMessage[] = await once(request, "response");
  if (message === undefined) throw new Error("there is no response");
  const { statusCode: status = 0, headers: answered } = message;
  if (answered.location !== undefined && redirect !== "manual") {
    message.resume();
    if (redirect === "error") throw new TypeError("Redirect is not allowed when redirect mode is 'error'");
    const next = new UrlOfNode(answered.location, url);
    const { authorization, ...others } = sent.headers;
    const isSame = next.origin === new UrlOfNode(url).origin;
    return await exchange({ ...sent, url: next.href, headers: isSame ? sent.headers : others }, signal);
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of message) chunks.push(chunk);
  const flat = Object.entries(answered).map(([name, value]): [string, string] => [name, String(value)]);
  return { url, status, headers: flat, bytes: Buffer.concat(chunks) };
}

function encode({ body, headers }: Sent): { text: string; headers: Record<string, string> } {
  if (!(body instanceof FormData)) return { text: String(body ?? ""), headers };
  const parts = [...body].map(
    ([name, value]) => `--of-form\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const type = "multipart/form-data; boundary=of-form";
  return { text: `${parts.join("")}--of-form--\r\n`, headers: { ...headers, "content-type": type } };
}
