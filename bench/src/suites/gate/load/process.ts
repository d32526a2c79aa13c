import { sendBurst } from "./burst.ts";
import type { LoadMessage, LoadReply } from "./load.ts";

// The process that sends the requests, so that its work is on another core than the measured server's. It
// gets the requests of a server once, and then one message for each burst.

const requests = new Map<string, readonly string[]>();
/** Where each server's requests go on, so that a thousand bursts use all of them. */
const positions = new Map<string, number>();

process.on("disconnect", () => process.exit());
process.on("message", async (message: LoadMessage) => {
  process.send?.(await answer(message));
});

async function answer(message: LoadMessage): Promise<LoadReply> {
  if ("requests" in message) {
    requests.set(message.name, message.requests);
    return {};
  }
  const { name, port, connections, time } = message;
  const first = positions.get(name) ?? 0;
  try {
    const answers = await sendBurst({ port, connections, time, first, requests: requests.get(name) ?? [] });
    positions.set(name, first + answers.count);
    return { answers };
  } catch (error) {
    return { fault: (error as Error).message };
  }
}
