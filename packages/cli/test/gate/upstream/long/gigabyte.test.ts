import { request, type ServerResponse } from "node:http";
import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { expect, test } from "vitest";
import { startBackend } from "../support/backend.ts";
import { startProcess } from "../support/start-process.ts";

const chunk = Buffer.alloc(65_536, "x");
const total = 2 ** 30;

function* gigabyte(): Generator<Buffer> {
  for (let sent = 0; sent < total; sent += chunk.length) yield chunk;
}

/** Counts and forgets. */
function counter(): { readonly sink: Writable; bytes: number } {
  const count = {
    bytes: 0,
    sink: new Writable({
      write(part: Buffer, _encoding, callback) {
        count.bytes += part.length;
        callback();
      },
    }),
  };
  return count;
}

async function peakOf(port: number): Promise<number> {
  return Number(await (await fetch(`http://127.0.0.1:${port}/peak`)).text());
}

test("1 GB goes up and 1 GB comes down, and the gate keeps none of it", { timeout: 600_000 }, async () => {
  let received = 0;
  const backend = await startBackend(async (incoming, response: ServerResponse) => {
    if (incoming.method === "GET") return void (await pipeline(gigabyte, response));
    const count = counter();
    await pipeline(incoming, count.sink);
    received = count.bytes;
    response.end("ok");
  });
  const gate = await startProcess("gate-process.ts", backend);
  const url = `http://127.0.0.1:${gate.port}/`;

  const down = counter();
  const response = await fetch(url);
  await pipeline(response.body as ReadableStream<Uint8Array>, down.sink);
  expect(down.bytes).toBe(total);

  await new Promise<void>((resolve, reject) => {
    const headers = { "content-length": total };
    const outgoing = request(url, { method: "POST", headers, agent: false }, (incoming) =>
      incoming.resume().on("end", resolve),
    );
    pipeline(gigabyte, outgoing).catch(reject);
  });
  expect(received).toBe(total);
  // Programs and buffers, about 11 MB. A thirty-second of one body.
  expect(await peakOf(gate.port)).toBeLessThan(32 * 2 ** 20);
});
