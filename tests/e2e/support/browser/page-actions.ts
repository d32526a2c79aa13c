import type { Locator, Page } from "playwright-core";

let people = 0;

/** The values for the sign-up and sign-in forms. */
export type Person = { name: string; email: string; password: string };

/** A new user with a unique email address. */
export function newPerson(name = "Ada Lovelace"): Person {
  return { name, email: `browser-${process.pid}-${++people}@example.com`, password: "correct horse battery" };
}

/** Signs up with the form. Resolves when the task list is shown. */
export async function signUpOn(page: Page, { name, email, password }: Person): Promise<void> {
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Email", { exact: true }).fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign up", exact: true }).click();
  await page.getByText("No tasks yet").waitFor();
}

/** Submits the sign-in form. Does not wait for the result. */
export async function signInOn(
  page: Page,
  { email, password }: Pick<Person, "email" | "password">,
): Promise<void> {
  await page.getByLabel("Email", { exact: true }).fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

/** The token that the page sends to the API, as a user can copy it from the browser's tools. */
export async function copyToken(page: Page, apiUrl: string): Promise<string> {
  const sent = page.waitForRequest(
    (request) => request.url().startsWith(apiUrl) && request.headers().authorization !== undefined,
  );
  await page.getByRole("button", { name: "With the token", exact: true }).click();
  return ((await sent).headers().authorization ?? "").replace(/^Bearer /, "");
}

/** Adds a task. Resolves when its controls are enabled. */
export async function addTask(page: Page, title: string): Promise<void> {
  await page.getByLabel("New task", { exact: true }).fill(title);
  await page.getByRole("button", { name: "Add task", exact: true }).click();
  await untilEnabled(checkboxOf(page, title));
}

/** Deletes a task. `ask` is called while the page asks. Resolves when the task is gone. */
export async function deleteTask(page: Page, title: string, ask?: () => Promise<void>): Promise<void> {
  await page.getByRole("button", { name: `Delete ${title}`, exact: true }).click();
  const yes = page.getByRole("button", { name: `Yes, delete ${title}`, exact: true });
  await yes.waitFor();
  await ask?.();
  await yes.click();
  await checkboxOf(page, title).waitFor({ state: "detached" });
}

/** The checkbox that completes a task. */
export function checkboxOf(page: Page, title: string): Locator {
  return page.getByRole("checkbox", { name: title, exact: true });
}

/** A new task is shown at once. Its controls are enabled when the API has stored it. */
export async function untilEnabled(control: Locator): Promise<void> {
  await control.and(control.page().locator(":enabled")).waitFor();
}
