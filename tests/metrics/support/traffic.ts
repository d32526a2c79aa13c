import { setTimeout as wait } from "node:timers/promises";

/** Milliseconds between two requests. */
const interval = 100;

/** Sends requests, one after the other, while something else happens. A failed one changes nothing. */
export async function during<Value>(
  send: () => Promise<unknown>,
  happen: () => Promise<Value>,
): Promise<Value> {
  let isOver = false;
  const traffic = (async () => {
    while (!isOver) {
      await send().catch(() => undefined);
      await wait(interval);
    }
  })();
  try {
    return await happen();
  } finally {
    isOver = true;
    await traffic;
  }
}

/** Requests tasks of `user`. Returns the status and the code of the problem, if there is one. */
export async function requestTasks(
  api: string,
  user: string,
  token?: string,
): Promise<{ status: number; code?: string }> {
  const response = await fetch(`${api}/api/${user}/tasks`, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });
  const { code } = (await response.json()) as { code?: string };
  return { status: response.status, ...(code !== undefined && { code }) };
}
