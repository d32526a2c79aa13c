import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { createResponseReader } from "./load/response.ts";
import type { Measured } from "./measure.ts";

/**
 * Sends one request as it is, and one whose token has a broken signature. A guard that admits everything, and
 * a proxy that admits nothing, would be the fastest.
 *
 * @throws {Error} The first was refused, or the second was not and should be.
 */
export async function assertGuards({ name, port, requests }: Measured, guards: boolean): Promise<void> {
  const [request = ""] = requests;
  let admitted = await statusOf(port, request);
  // A guard that listens may not have its keys and rules yet.
  for (let tries = 0; tries < 100 && admitted === 503; tries++) {
    await pause(100);
    admitted = await statusOf(port, request);
  }
  if (admitted < 200 || admitted > 299) throw new Error(`${name} answers ${admitted}`);
  const refused = await statusOf(port, withBrokenSignature(request));
  if (guards && (refused < 400 || refused > 499))
    throw new Error(`${name} answers a broken token with ${refused}`);
}

/** The 40th character before the token's end is another one. */
export function withBrokenSignature(request: string): string {
  return request.replace(/(authorization: Bearer \S+)(\S)(\S{40}\r\n)/, (_all, first, character, last) => {
    return `${first}${character === "A" ? "B" : "A"}${last}`;
  });
}

function statusOf(port: number, request: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const reader = createResponseReader();
  const socket = connect(port, "127.0.0.1").on("error", reject);
  socket.on("close", () => reject(new Error("the connection was closed")));
  socket.on("data", (chunk: Buffer) => {
    const status = reader.read(chunk);
    if (status !== undefined) resolve(status);
  });
  socket.write(request, "latin1");
  return promise.finally(() => socket.destroy());
}
