import { expect, test } from "vitest";
import type { ProxyServer } from "../support/proxies.ts";
import { codeOf, type System } from "../support/system.ts";

const tasks = "/api/alice/tasks";

/** The first check: the backend's document is not there yet, so nothing is known about its routes. */
export function checkStart(system: () => System, { carries503 }: ProxyServer): void {
  test("while the routes are not known, everything is a 503", async () => {
    const { backend, gate, send, token } = system();
    try {
      for (const headers of [[], [token("alice")]]) {
        const { response, arrived } = await send({ target: tasks, headers });
        const code = carries503 ? "policy_unavailable" : "service_unavailable";
        expect([response.status, codeOf(response)]).toEqual([503, code]);
        expect(response.headers.get("retry-after")).toEqual(["5"]);
        expect(arrived).toEqual([]);
      }
    } finally {
      backend.publish();
      await gate.ready();
    }
  });
}

/** The last check. */
export function checkOutage(system: () => System, { withoutGate }: ProxyServer): void {
  test("without the gate, nothing passes; with it, requests pass again", async () => {
    const { gate, send, token } = system();
    const [status, code] = withoutGate;
    await gate.kill();
    for (const target of [tasks, "/public"]) {
      const { response, arrived } = await send({ target, headers: [token("alice")] });
      expect([response.status, codeOf(response)]).toEqual([status, code]);
      if (code !== undefined) expect(response.headers.get("retry-after")).toEqual(["5"]);
      expect(arrived).toEqual([]);
    }
    await gate.restart();
    await gate.ready();
    const { response } = await send({ target: tasks, headers: [token("alice")] });
    expect(response.status).toBe(200);
  });
}
