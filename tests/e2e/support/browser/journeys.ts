import type { BrowserContextOptions } from "playwright-core";
import { expect } from "vitest";
import type { RunningUsher } from "../processes/launcher.ts";
import { requestTasks } from "../session.ts";
import { focusedName, tabTo } from "./keyboard.ts";
import {
  addTask,
  checkboxOf,
  copyToken,
  deleteTask,
  newPerson,
  signInOn,
  signUpOn,
  untilEnabled,
} from "./page-actions.ts";
import { noLog, requestsOf, shownClaims, shownLog, shownResponse } from "./requests.ts";
import type { WatchedPage } from "./watched-page.ts";

/** The sizes and color schemes that the page is tested with. The first one is the default. */
export const displays = [
  { colorScheme: "light", viewport: { width: 1280, height: 900 } },
  { colorScheme: "dark", viewport: { width: 1280, height: 900 } },
  { colorScheme: "light", viewport: { width: 375, height: 812 } },
  { colorScheme: "dark", viewport: { width: 375, height: 812 } },
] as const;
export type Display = (typeof displays)[number];

/** Opens the page of the web app, signed out. Default: of the app under test. */
export type OpenPage = (display: BrowserContextOptions, usher?: RunningUsher) => Promise<WatchedPage>;

/**
 * Signs up, changes tasks, sends every request, signs out, sends the old token, and signs in again.
 *
 * @param showsLog - the API shows the page why it refused a request, as `apps/api` does in development
 */
export async function signUpToSignOut(
  open: OpenPage,
  usher: RunningUsher,
  display: Display,
  showsLog = true,
): Promise<void> {
  const watched = await open(display, usher);
  const { page, inspect, expectError } = watched;
  const ada = newPerson();
  expect(
    await page.evaluate(
      (scheme) => matchMedia(`(prefers-color-scheme: ${scheme})`).matches,
      display.colorScheme,
    ),
  ).toBe(true);

  await inspect("signed out");
  await signUpOn(page, ada);
  await inspect("empty list");

  await addTask(page, "Write the first program");
  await addTask(page, "Buy milk");
  await checkboxOf(page, "Write the first program").check();
  await page.getByRole("button", { name: "Edit Buy milk", exact: true }).click();
  await page.getByRole("dialog").getByLabel("Title", { exact: true }).fill("Buy oat milk");
  await inspect("edit dialog");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await untilEnabled(checkboxOf(page, "Buy oat milk"));
  await inspect("list");

  await deleteTask(page, "Buy oat milk", () => inspect("question"));
  await watched.settle();
  await page.reload();
  await untilEnabled(checkboxOf(page, "Write the first program"));
  expect(await checkboxOf(page, "Write the first program").isChecked()).toBe(true);
  expect(await page.getByRole("listitem").count()).toBe(1);

  const claims = await shownClaims(page);
  expect(Object.keys(claims).sort()).toEqual(
    ["aud", "auth_time", "email", "email_verified", "exp", "iat", "iss", "jti", "name", "sid", "sub"].sort(),
  );
  expect(claims).toMatchObject({ email: ada.email, name: ada.name, iss: usher.webUrl, aud: usher.apiUrl });

  await page.getByText("Grace Hopper's, with 3 tasks").waitFor();
  for (const request of requestsOf(usher.apiUrl, String(claims.sub))) {
    if (request.status >= 400 && request.isFromPage) expectError(request);
    await page.getByRole("button", { name: request.button, exact: true }).click();
    const shown = await shownResponse(page, request.status);
    expect(shown.url.slice("GET ".length)).toMatch(request.url);
    expect(shown.challenge).toEqual(request.challenge);
    expect(shown.body).toMatchObject(request.body);
    const log = "code" in request.body ? (showsLog ? request.body.code : noLog) : "Nothing to explain";
    expect(await shownLog(page)).toContain(log);
    await inspect(`answer to "${request.button}"`);
  }

  const copied = await copyToken(page, usher.apiUrl);
  expect(await requestTasks(usher.apiUrl, copied)).toBe(200);
  await watched.settle();
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await page.getByRole("button", { name: "Sign in", exact: true }).waitFor();
  await expect.poll(() => requestTasks(usher.apiUrl, copied)).toBe("token_revoked");
  await inspect("signed out again");

  expectError({ url: `${usher.apiUrl}/api/${claims.sub}/tasks?limit=1`, status: 401 });
  await page.getByRole("button", { name: "With the old token", exact: true }).click();
  expect((await shownResponse(page, 401)).body).toMatchObject({ code: "token_revoked" });
  await inspect("old token");

  await signInOn(page, ada);
  await untilEnabled(checkboxOf(page, "Write the first program"));
  expect(await requestTasks(usher.apiUrl, await copyToken(page, usher.apiUrl))).toBe(200);
  expect(watched.problems()).toEqual([]);
}

/** Signs up, changes tasks and signs out without a mouse. */
export async function useKeyboardOnly(open: OpenPage): Promise<void> {
  const watched = await open(displays[0]);
  const { page } = watched;
  const { keyboard } = page;
  const ada = newPerson();

  await tabTo(page, "Name");
  await keyboard.type(ada.name);
  await tabTo(page, "Email");
  await keyboard.type(ada.email);
  await tabTo(page, "Password");
  await keyboard.type(ada.password);
  await keyboard.press("Enter");
  await page.getByText("No tasks yet").waitFor();

  await tabTo(page, "New task");
  await keyboard.type("Learn the keys");
  await keyboard.press("Enter");
  const checkbox = checkboxOf(page, "Learn the keys");
  await untilEnabled(checkbox);
  expect(await focusedName(page)).toBe("New task");

  await tabTo(page, "Learn the keys");
  await keyboard.press("Space");
  await expect.poll(() => checkbox.isChecked()).toBe(true);

  await tabTo(page, "Edit Learn the keys");
  await keyboard.press("Enter");
  await page.getByRole("dialog", { name: "Edit task" }).waitFor();
  await tabTo(page, "Title");
  await keyboard.press("ControlOrMeta+A");
  await keyboard.type("Know the keys");
  await keyboard.press("Enter");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await untilEnabled(checkboxOf(page, "Know the keys"));

  await tabTo(page, "Edit Know the keys");
  await keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await expect.poll(() => focusedName(page)).toBe("Edit Know the keys");

  await tabTo(page, "Delete Know the keys");
  await keyboard.press("Enter");
  await expect.poll(() => focusedName(page)).toBe("Keep Know the keys");
  await keyboard.press("Escape");
  await expect.poll(() => focusedName(page)).toBe("Delete Know the keys");
  await keyboard.press("Enter");
  await keyboard.press("Shift+Tab");
  expect(await focusedName(page)).toBe("Yes, delete Know the keys");
  await keyboard.press("Enter");
  await checkboxOf(page, "Know the keys").waitFor({ state: "detached" });
  await page.getByText("No tasks yet").waitFor();
  expect(await focusedName(page)).not.toBe("");

  await tabTo(page, "With the token");
  await keyboard.press("Enter");
  await shownResponse(page, 200);

  await watched.settle();
  await tabTo(page, "Sign out");
  await keyboard.press("Enter");
  await page.getByRole("button", { name: "Sign in", exact: true }).waitFor();
  expect(watched.problems()).toEqual([]);
}

/** Signs in with a wrong password and the right one, and looks for the tasks of another user. */
export async function useWrongPassword(open: OpenPage, webUrl: string): Promise<void> {
  const watched = await open(displays[0]);
  const { page } = watched;
  const ada = newPerson();
  await signUpOn(page, ada);
  await addTask(page, "Ada's secret");
  await watched.settle();
  await page.getByRole("button", { name: "Sign out", exact: true }).click();

  watched.expectError({ url: `${webUrl}/api/auth/sign-in/email`, status: 401 });
  await signInOn(page, { ...ada, password: "not the password" });
  await page.getByRole("alert").waitFor();
  await watched.inspect("wrong password");
  await signInOn(page, ada);
  await untilEnabled(checkboxOf(page, "Ada's secret"));
  expect(watched.problems()).toEqual([]);

  const other = await open(displays[0]);
  await signUpOn(other.page, newPerson("Grace Hopper"));
  expect(await other.page.getByText("Ada's secret").count()).toBe(0);
  expect(other.problems()).toEqual([]);
}
