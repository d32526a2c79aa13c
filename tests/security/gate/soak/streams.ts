import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { createTestIssuer } from "@usher-auth/testing";
import { Agent, request } from "undici";
import { blocksOf, ContentCheck, contentOf } from "./content.ts";
import type { Memory } from "./monitor.ts";
import { startSystem } from "./system.ts";

/** How one large body went through the gate. Memory in megabytes. */
export interface StreamResult {
  readonly direction: "to the backend" | "from the backend";
  readonly bytes: number;
  readonly seconds: number;
  /** Whether every byte arrived, and was the right one. */
  readonly isWhole: boolean;
  readonly before: Memory;
  /** The most of each while the body passed, read once a second. */
  readonly most: Memory;
}

/** Streams one body of this length to the backend, and one from it. */
export async function streams(bytes: number): Promise<readonly StreamResult[]> {
  const issuer = createTestIssuer();
  const system = await startSystem(issuer);
  const token = issuer.tokenFor("alice", { expiresIn: 3600 });
  const dispatcher = new Agent({ bodyTimeout: 60_000, headersTimeout: 600_000 });
  const headers = { authorization: `Bearer ${token}` };
  const content = contentOf("alice", "1", bytes);

  const upload = async () => {
    const { body } = await request(`${system.url}/api/alice/count?nonce=1`, {
      dispatcher,
      method: "POST",
      headers,
      body: Readable.from(blocksOf(content)),
    });
    return (await body.text()) === `alice:1:${bytes}`;
  };
  const download = async () => {
    const check = new ContentCheck(content);
    const url = `${system.url}/api/alice/content?nonce=1&bytes=${bytes}`;
    const { body } = await request(url, { dispatcher, headers });
    for await (const chunk of body) check.add(chunk as Buffer);
    return check.isWhole;
  };

  async function measure(
    direction: StreamResult["direction"],
    stream: () => Promise<boolean>,
  ): Promise<StreamResult> {
    // Until there is a reading of the time before.
    await sleep(2500);
    const before = system.memory();
    let most = before;
    const sampling = setInterval(() => {
      most = larger(most, system.memory());
    }, 250);
    const start = performance.now();
    try {
      const isWhole = await stream();
      const seconds = (performance.now() - start) / 1000;
      return { direction, bytes, seconds, isWhole, before, most };
    } finally {
      clearInterval(sampling);
    }
  }

  try {
    return [await measure("to the backend", upload), await measure("from the backend", download)];
  } finally {
    await dispatcher.destroy();
    await system.stop();
  }
}

function larger(one: Memory, other: Memory): Memory {
  return {
    heap: Math.max(one.heap, other.heap),
    buffers: Math.max(one.buffers, other.buffers),
    resident: Math.max(one.resident, other.resident),
  };
}
