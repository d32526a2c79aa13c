import { expect, onTestFinished, test } from "vitest";
import { displays } from "./support/browser/journeys.ts";
import {
  addTask,
  checkboxOf,
  newPerson,
  signInOn,
  signUpOn,
  untilEnabled,
} from "./support/browser/page-actions.ts";
import { testPage } from "./support/browser/page-suite.ts";
import { openWatchedPage } from "./support/browser/watched-page.ts";
import { startUsher } from "./support/processes/launcher.ts";

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
  await second.getByText("Ada's secret").waitFor();
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

test("loads the API's documentation from the API only", async () => {
  const watched = await openWatchedPage(browser(), [usher().apiUrl], displays[0]);
  onTestFinished(() => watched.close());
  await watched.page.goto(`${usher().apiUrl}/docs`);
  await watched.page.getByText("Whether the process runs").first().waitFor();
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
