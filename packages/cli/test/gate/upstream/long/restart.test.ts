import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { startGate } from "../support/gate.ts";
import { send } from "../support/requests.ts";
import { startProcess } from "../support/start-process.ts";

const workers = 10;

test("a backend that is killed and started again fails only what was running", {
  timeout: 120_000,
}, async () => {
  let backend = await startProcess("backend-process.ts", "0");
  const { port } = backend;
  const gate = await startGate(`http://127.0.0.1:${port}`);
  let isUp = true;
  let isDone = false;
  /** Failures of requests that were sent while the backend was up. */
  let failures = 0;
  let answers = 0;
  let id = 0;
  const worker = async (method: string) => {
    while (!isDone) {
      const mine = String(id++);
      const wasUp = isUp;
      const response = await send(gate.url, { method, headers: { "x-id": mine } });
      if (response.status === 200) {
        answers += 1;
        // Never another request's answer.
        expect(JSON.parse(response.body).id).toBe(mine);
      } else {
        expect(response.status).toBe(502);
        if (wasUp) failures += 1;
      }
    }
  };
  const running = Promise.all(
    Array.from({ length: workers }, (_, index) => worker(index % 2 === 0 ? "POST" : "GET")),
  );
  const kills = 4;
  for (let count = 0; count < kills; count += 1) {
    const before = answers;
    while (answers < before + 200) await delay(5);
    isUp = false;
    backend.child.kill("SIGKILL");
    await once(backend.child, "exit");
    backend = await startProcess("backend-process.ts", String(port));
    isUp = true;
  }
  const before = answers;
  while (answers < before + 200) await delay(5);
  isDone = true;
  await running;
  // What was running when it was killed, and nothing later.
  expect(failures).toBeLessThanOrEqual(kills * workers);
});
