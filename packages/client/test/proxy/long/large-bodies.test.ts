import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, onTestFinished, test } from "vitest";
import { ownPage, startApi, startSite } from "../sockets/support.ts";

const size = 100 * 1024 * 1024;
const chunk = Buffer.alloc(65_536, "x");

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as (options: object) => void;
/** An ordinary collection frees the bytes of buffers later, on another thread. "last-resort" waits for that. */
const collectGarbage = () => collect({ type: "major", execution: "sync", flavor: "last-resort" });

/** What is in use, in MB, without garbage. The bytes of bodies are outside the heap. */
function memoryInUse(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 1_048_576;
}

/** Measures every 200 ms. Returns the largest growth, in MB. */
function watchMemory(): () => number {
  const start = memoryInUse();
  let peak = start;
  const timer = setInterval(() => {
    peak = Math.max(peak, memoryInUse());
  }, 200);
  onTestFinished(() => clearInterval(timer));
  return () => peak - start;
}

/** Writes 100 MB, as fast as they are taken. */
async function write(writable: NodeJS.WritableStream): Promise<void> {
  for (let written = 0; written < size; written += chunk.length)
    if (!writable.write(chunk)) await once(writable, "drain");
  writable.end();
}

async function read(
  readable: IncomingMessage,
  stop = (_bytes: number): Promise<void> | undefined => undefined,
) {
  let bytes = 0;
  for await (const part of readable) {
    bytes += (part as Buffer).length;
    await stop(bytes);
  }
  return bytes;
}

test.for<[string, Record<string, string>]>([
  ["with its length", { "content-length": String(size) }],
  ["in chunks", {}],
] as const)("100 MB go up %s, with a flat heap", async ([, headers]) => {
  const api = await startApi(async (incoming, response) => response.end(String(await read(incoming))), {
    keepsBodies: false,
  });
  const site = await startSite(api.url, { timeout: 20_000 });
  const memory = watchMemory();
  const upload = request(`${site.url}/backend/files`, {
    method: "POST",
    headers: { ...ownPage(site.port), ...headers },
  });
  const answered = once(upload, "response");
  await write(upload);
  const [response] = (await answered) as [IncomingMessage];
  expect(response.statusCode).toBe(200);
  expect(String((await response.toArray())[0])).toBe(String(size));
  expect(memory()).toBeLessThan(8);
});

test("100 MB go down with a flat heap, also to a browser that stops reading for a while", async () => {
  const api = await startApi((_incoming, response) => {
    response.writeHead(200, { "content-length": size });
    write(response);
  });
  const site = await startSite(api.url);
  const memory = watchMemory();
  const download = request(`${site.url}/backend/files/1`, { headers: ownPage(site.port) }).end();
  const [response] = (await once(download, "response")) as [IncomingMessage];
  expect(response.headers["content-length"]).toBe(String(size));
  let hasPaused = false;
  const bytes = await read(response, async (received) => {
    if (hasPaused || received < size / 2) return;
    hasPaused = true;
    await pause(500);
  });
  expect(bytes).toBe(size);
  expect(memory()).toBeLessThan(8);
});

test("the answer of an API that refuses a large body and closes the connection is not lost", async () => {
  const api = await startApi(
    (_incoming, response) => void response.writeHead(413, { connection: "close" }).end("too large for me"),
    { keepsBodies: false },
  );
  const site = await startSite(api.url);
  const statuses: (number | undefined)[] = [];
  for (let round = 0; round < 10; round += 1) {
    const upload = request(`${site.url}/backend/files`, {
      method: "POST",
      headers: { ...ownPage(site.port), "content-length": "5000000" },
    });
    // The host closes the connection to the browser too.
    upload.on("error", () => statuses.push(undefined));
    upload.on("response", (response) => statuses.push(response.resume().statusCode));
    upload.end(Buffer.alloc(5_000_000));
    await new Promise((resolve) => upload.on("close", resolve));
  }
  expect(statuses).toContain(413);
  expect(statuses).not.toContain(502);
});

test("a body above the limit of 100 MiB is refused by its length alone", async () => {
  const api = await startApi();
  const site = await startSite(api.url);
  const upload = request(`${site.url}/backend/files`, {
    method: "PUT",
    headers: { ...ownPage(site.port), "content-length": String(size + 1) },
  });
  upload.on("error", () => undefined);
  const answered = once(upload, "response");
  upload.write("x");
  const [response] = (await answered) as [IncomingMessage];
  expect([response.statusCode, api.seen.length]).toEqual([413, 0]);
  upload.destroy();
});
