import type { Locator } from "playwright-core";
import { vi } from "vitest";

/**
 * Clicks, again if need be, until `effect` is visible. A page that a server has rendered shows its buttons
 * before its scripts run, and until then a click has no effect.
 */
export async function clickUntil(button: Locator, effect: Locator): Promise<void> {
  await vi.waitFor(
    async () => {
      if (await effect.isVisible()) return;
      await button.click({ timeout: 2000 });
      await effect.waitFor({ timeout: 2000 });
    },
    { timeout: 90_000 },
  );
}
