import type { Readable } from "node:stream";
import { bodyLimit } from "../exchange.ts";

/** Milliseconds that a body may pause. A stream of events never ends. */
export const pause = 100;
/** Milliseconds that a body may take. Only its start matters. */
export const duration = 1000;

/** Reads the start of a body, and closes it at the limit or where it pauses. */
export async function readStart(stream: Readable): Promise<string> {
  let body = "";
  stream.setEncoding("utf8");
  await new Promise<void>((resolve) => {
    const stop = () => {
      stream.destroy();
      resolve();
    };
    const end = setTimeout(stop, duration);
    let timer = setTimeout(stop, pause);
    stream.on("data", (text: string) => {
      body += text;
      clearTimeout(timer);
      timer = setTimeout(stop, pause);
      if (body.length >= bodyLimit) stop();
    });
    stream.on("close", () => {
      clearTimeout(timer);
      clearTimeout(end);
      resolve();
    });
    stream.on("error", () => undefined);
  });
  return body;
}
