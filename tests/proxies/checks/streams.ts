import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { expect, test } from "vitest";
import { downloadSize } from "../support/backend.ts";
import type { System } from "../support/system.ts";

/** Bodies pass through the proxy. The gate never sees them. */
export function checkStreams(system: () => System): void {
  const call = (method: string, path: string) => {
    const { proxy, token } = system();
    const headers = { host: "api.example.com", ...Object.fromEntries([token("alice")]) };
    return httpRequest({ host: "127.0.0.1", port: proxy.port, method, path, headers, agent: false });
  };

  test("an upload arrives while it is sent, and whole", async () => {
    const { backend } = system();
    const before = backend.requests.length;
    const upload = call("POST", "/api/alice/tasks");
    const answered = once(upload, "response");
    const part = Buffer.alloc(1024 * 1024, "x");
    upload.write(part);
    await expect.poll(() => backend.requests.length, { timeout: 20_000 }).toBe(before + 1);
    const recorded = backend.requests.at(-1);
    await recorded?.begun;
    for (let sent = 1; sent < 32; sent += 1) if (!upload.write(part)) await once(upload, "drain");
    upload.end();
    const [response] = (await answered) as [IncomingMessage];
    response.resume();
    expect(response.statusCode).toBe(200);
    expect(await recorded?.received).toBe(32 * part.length);
  });

  test("a download arrives whole", async () => {
    const download = call("GET", "/api/alice/download").end();
    const [response] = (await once(download, "response")) as [IncomingMessage];
    let bytes = 0;
    for await (const part of response) bytes += part.length;
    expect(bytes).toBe(downloadSize);
  });

  test("an event arrives before the response ends", async () => {
    const events = call("GET", "/api/alice/events").end();
    const [response] = (await once(events, "response")) as [IncomingMessage];
    const [data] = await once(response, "data");
    expect(String(data)).toContain("data: first");
    response.destroy();
  });
}
