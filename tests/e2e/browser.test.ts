import { randomBytes } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { displays } from "./support/browser/journeys.ts";
import { focusedName } from "./support/browser/keyboard.ts";
import {
  addTask,
  checkboxOf,
  newPerson,
  signInOn,
  signUpOn,
  untilEnabled,
} from "./support/browser/page-actions.ts";
import { testPage } from "./support/browser/page-suite.ts";
import { shownLog, shownResponse } from "./support/browser/requests.ts";
import { openWatchedPage } from "./support/browser/watched-page.ts";
import { startUsher } from "./support/processes/launcher.ts";
import { requestTasks, signUp } from "./support/session.ts";

const { usher, browser, open } = testPage(startUsher);

test("a tab shows a sign-out and another user's sign-in in another tab, without a click", async () => {
  const context = await browser().newContext({ reducedMotion: "reduce" });
  onTestFinished(() => context.close());
  const [first, second] = [await context.newPage(), await context.newPage()];
  const [ada, grace] = [newPerson(), newPerson("Grace Hopper")];
  for (const person of [grace, ada]) {
    await context.clearCookies();
    await first.goto(usher().webUrl);
    if (person === ada) await first.getByRole("button", { name: "Create an account", exact: true }).click();
    await signUpOn(first, person);
  }
  await addTask(first, "Ada's secret");

  await second.goto(usher().webUrl);
  await second.getByText("Ada's secret", { exact: true }).waitFor();
  await second.getByRole("button", { name: "Sign out", exact: true }).click();
  await first.getByText("Your session has ended. Sign in to continue.").waitFor();

  await signInOn(first, ada);
  await untilEnabled(checkboxOf(first, "Ada's secret"));
  await second.evaluate(async ({ email, password }) => {
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ email, password });
    await fetch("/api/auth/sign-in/email", { method: "POST", headers, body });
  }, grace);
  await second.reload();
  await first.getByText("Grace Hopper has signed in with this browser. These are their tasks.").waitFor();
  await first.getByText("No tasks yet").waitFor();
  expect(await first.getByText("Ada's secret").count()).toBe(0);
});

test("a double click deletes nothing, and the question can be answered with the second one", async () => {
  const { page, settle, problems } = await open(displays[0]);
  await signUpOn(page, newPerson());
  for (const title of ["First", "Second", "Third"]) await addTask(page, title);

  await page.getByRole("button", { name: "Delete Second", exact: true }).dblclick();
  const yes = page.getByRole("button", { name: "Yes, delete Second", exact: true });
  await yes.waitFor();
  expect(await page.getByRole("listitem").count()).toBe(3);

  // The row below moves up, under the pointer of the second click.
  await yes.dblclick();
  await checkboxOf(page, "Second").waitFor({ state: "detached" });
  expect(await page.getByRole("button", { name: /^Yes, delete/ }).count()).toBe(0);
  await settle();
  await page.reload();
  await untilEnabled(checkboxOf(page, "First"));
  expect(await page.getByRole("listitem").allTextContents()).toEqual([
    expect.stringContaining("Third"),
    expect.stringContaining("First"),
  ]);
  expect(await checkboxOf(page, "First").isChecked()).toBe(false);
  expect(problems()).toEqual([]);
});

test("a click on a label still completes its task, twice as well", async () => {
  const { page } = await open(displays[0]);
  await signUpOn(page, newPerson());
  await addTask(page, "Learn to click");
  await page.getByText("Learn to click", { exact: true }).click();
  await expect.poll(() => checkboxOf(page, "Learn to click").isChecked()).toBe(true);
  await page.getByText("Learn to click", { exact: true }).dblclick();
  await expect.poll(() => checkboxOf(page, "Learn to click").isChecked()).toBe(true);
});

test.for(["Save", "Cancel", "Escape"])("the edit dialog opens again at once after %s", async (way) => {
  const { page, settle, problems } = await open(displays[0]);
  await signUpOn(page, newPerson());
  await addTask(page, "Buy milk");
  const edit = page.getByRole("button", { name: "Edit Buy milk", exact: true });
  const dialog = page.getByRole("dialog", { name: "Edit task" });
  await edit.focus();
  await page.keyboard.press("Enter");
  await dialog.waitFor();
  // The next click comes when the focus is back, which is before the browser's `close` event.
  await edit.evaluate((button: HTMLElement) =>
    button.addEventListener("focus", () => queueMicrotask(() => button.click()), { once: true }),
  );
  if (way === "Escape") await page.keyboard.press("Escape");
  else await dialog.getByRole("button", { name: way, exact: true }).click();
  await settle();
  expect(await dialog.isVisible()).toBe(true);
  expect(problems()).toEqual([]);
});

test("copies the token, which the API accepts", async () => {
  const { page, problems } = await open({
    ...displays[0],
    permissions: ["clipboard-read", "clipboard-write"],
  });
  await signUpOn(page, newPerson());
  await page.getByRole("button", { name: "Copy token", exact: true }).click();
  await page.getByText("Copied. Until it expires").waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(await requestTasks(usher().apiUrl, copied)).toBe(200);
  expect(problems()).toEqual([]);
});

test("the email survives a change of the form, and an account that exists leads to the sign-in", async () => {
  const ada = newPerson();
  const first = await open(displays[0]);
  await signUpOn(first.page, ada);

  const { page, expectError, inspect, problems } = await open(displays[0]);
  const email = page.getByLabel("Email", { exact: true });
  await email.fill(ada.email);
  await page.getByRole("button", { name: "Sign in instead", exact: true }).click();
  expect(await email.inputValue()).toBe(ada.email);
  await page.getByRole("button", { name: "Create an account", exact: true }).click();
  expect(await email.inputValue()).toBe(ada.email);

  expectError({ url: `${usher().webUrl}/api/auth/sign-up/email`, status: 422 });
  await page.getByLabel("Name", { exact: true }).fill(ada.name);
  await page.getByLabel("Password", { exact: true }).fill(ada.password);
  await page.getByRole("button", { name: "Sign up", exact: true }).click();
  await page.getByText("There is an account with this email already.").waitFor();
  await inspect("account exists");
  await page.getByRole("button", { name: "Sign in with it", exact: true }).click();
  await page.getByRole("heading", { name: "Welcome back" }).waitFor();
  expect(await email.inputValue()).toBe(ada.email);
  expect(await focusedName(page)).toBe("Password");
  await page.keyboard.type(ada.password);
  await page.keyboard.press("Enter");
  await page.getByText("No tasks yet").waitFor();
  expect(problems()).toEqual([]);
});

test("there is one second user, whose tasks no one else sees", async () => {
  const { cookie } = await signUp(usher().webUrl);
  const ask = async () => {
    const headers = { cookie, origin: usher().webUrl };
    const response = await fetch(`${usher().webUrl}/dev/second-user`, { method: "POST", headers });
    return (await response.json()) as { id: string };
  };
  const found = await Promise.all([ask(), ask(), ask()]);
  expect(new Set(found.map(({ id }) => id)).size).toBe(1);
  expect(found[0]).toMatchObject({ name: "Grace Hopper", tasks: 3 });
});

test("in production, the page has no requests that only development has, and no operator's side", async () => {
  const production = await startUsher({
    NODE_ENV: "production",
    BETTER_AUTH_SECRET: randomBytes(32).toString("base64url"),
  });
  onTestFinished(async () => void (await production.stop()));
  const { page, expectError, inspect, problems } = await open(displays[0], production);
  await signUpOn(page, newPerson());
  await page.getByRole("button", { name: "Send all 4", exact: true }).waitFor();
  const other = `${production.apiUrl}/api/another-user/tasks?limit=1`;
  expectError({ url: other, status: 403 });
  await page.getByRole("button", { name: "Another user's path", exact: true }).click();
  expect((await shownResponse(page, 403)).url).toBe(`GET ${other}`);
  expect(await shownLog(page)).toBe("");
  await inspect("production");
  expect(problems()).toEqual([]);
});

test("loads the API's documentation from the API only", async () => {
  const watched = await openWatchedPage(browser(), [usher().apiUrl], displays[0]);
  onTestFinished(() => watched.close());
  await watched.page.goto(`${usher().apiUrl}/docs`);
  await watched.page.getByText("List tasks, newest first").first().waitFor();
  await watched.settle();
  expect(watched.problems()).toEqual([]);
});

test("openWatchedPage reports every kind of problem", async () => {
  const watched = await open({ ...displays[0], bypassCSP: true });
  await watched.page.evaluate(async () => {
    console.error("a console error");
    document.body.append(document.createElement("img"));
    await fetch("/api/auth/no-such-path");
    await fetch("http://other.example/").catch(() => {});
    setTimeout(() => {
      throw new Error("a script error");
    });
  });
  await watched.inspect("broken");
  watched.expectError({ url: "http://never.example/", status: 401 });
  const problems = watched.problems().join("\n");
  for (const expected of [
    "console error: a console error",
    "script error: a script error",
    "status of 404",
    "other host: http://other.example/",
    "failed request: GET http://other.example/",
    "broken: image-alt at body > img",
    "never reported the 401 of http://never.example/",
  ]) {
    expect(problems).toContain(expected);
  }
});
