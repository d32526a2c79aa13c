import type { Page } from "playwright-core";

/** Presses Tab until the control with that name has the focus. */
export async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    if ((await focusedName(page)) === name) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`the Tab key does not reach "${name}"`);
}

/** The accessible name of the focused control. Empty if nothing has the focus. */
export function focusedName(page: Page): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (!(element instanceof HTMLElement) || element === document.body) return "";
    const labels = "labels" in element ? [...((element.labels as NodeListOf<HTMLElement> | null) ?? [])] : [];
    return element.ariaLabel ?? (labels[0] ?? element).textContent.trim();
  });
}
