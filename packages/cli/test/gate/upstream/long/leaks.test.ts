import { connect } from "node:net";
import { expect, test } from "vitest";
import { startBackend } from "../support/backend.ts";
import { startGate } from "../support/gate.ts";

test("nothing is left of 1,000 requests whose clients have left", async () => {
  let open = 0;
  const backend = await startBackend((incoming, response) => {
    open += 1;
    incoming.on("error", () => {});
    response.on("close", () => {
      open -= 1;
    });
    response.write("first");
  });
  const timersBefore = timers();
  const gate = await startGate(backend);
  const one = (index: number) =>
    new Promise<void>((resolve) => {
      const socket = connect(gate.port, "127.0.0.1");
      socket.on("error", () => {}).on("close", () => resolve());
      // In the middle of a head, before the response, in the middle of an upload, in the middle of a
      // response.
      if (index % 4 === 0) socket.write("GET / HTTP/1.1\r\nHost: g", () => socket.destroy());
      if (index % 4 === 1) socket.write("GET / HTTP/1.1\r\nHost: g\r\n\r\n", () => socket.destroy());
      if (index % 4 === 2)
        socket.write("POST / HTTP/1.1\r\nHost: g\r\nContent-Length: 9\r\n\r\nx", () => socket.destroy());
      if (index % 4 === 3) {
        socket.write("GET / HTTP/1.1\r\nHost: g\r\n\r\n");
        socket.once("data", () => socket.destroy());
      }
    });
  for (let index = 0; index < 1000; index += 50)
    await Promise.all(Array.from({ length: 50 }, (_, offset) => one(index + offset)));
  await expect.poll(() => open, { timeout: 10_000 }).toBe(0);
  await gate.upstream.close(5000);
  await expect.poll(() => timers() - timersBefore, { timeout: 10_000 }).toBeLessThan(5);
  for (const { end } of gate.outcomes) expect(end).toBe("client_left");
});

/** How many timers are active. */
function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
}
