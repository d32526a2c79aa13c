import { expect, onTestFinished, test } from "vitest";
import { displays } from "./support/browser/journeys.ts";
import { testPage } from "./support/browser/page-suite.ts";
import { openWatchedPage } from "./support/browser/watched-page.ts";
import { startUsher } from "./support/processes/launcher.ts";

const { usher, browser, open } = testPage(startUsher);

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
