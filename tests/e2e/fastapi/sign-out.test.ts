import { expect, onTestFinished, test } from "vitest";
import { requestTasks, signOut, signUp } from "../support/session.ts";
import { startFastApi } from "./start.ts";

const requests = 10_000;
const timeout = 300_000;
const lanes = 16;

test(
  `a sign-out ends its tokens within a second, beside ${requests} requests of another user`,
  async () => {
    const usher = await startFastApi();
    onTestFinished(async () => void (await usher.stop()));
    const [ada, grace] = [await signUp(usher.webUrl), await signUp(usher.webUrl, "Grace Hopper")];
    expect(await requestTasks(usher.apiUrl, ada.token)).toBe(200);

    let left = requests;
    const answers = new Map<number | string, number>();
    const others = Promise.all(
      Array.from({ length: lanes }, async () => {
        while (left-- > 0) {
          const answer = await requestTasks(usher.apiUrl, grace.token);
          answers.set(answer, (answers.get(answer) ?? 0) + 1);
        }
      }),
    );

    // During the requests.
    await expect.poll(() => left, { timeout, interval: 10 }).toBeLessThan(requests / 2);
    expect((await signOut(usher.webUrl, ada.cookie)).status).toBe(200);
    const signedOutAt = performance.now();
    await expect
      .poll(() => requestTasks(usher.apiUrl, ada.token), { timeout: 10_000, interval: 10 })
      .toBe("token_revoked");
    expect(performance.now() - signedOutAt).toBeLessThan(1_000);
    expect(left, "other requests were still under way").toBeGreaterThan(0);

    await others;
    expect([...answers]).toEqual([[200, requests]]);
    expect(await requestTasks(usher.apiUrl, ada.token)).toBe("token_revoked");
    expect(usher.output()).not.toContain("eyJ");
  },
  timeout,
);
