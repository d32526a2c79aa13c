import { launchBrowser } from "@usher-auth/e2e/browser";
import { openWatchedPage, type WatchedPage } from "@usher-auth/e2e/watched-page";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { siteFolder } from "./support/built-site.ts";
import { judgeInNode } from "./support/judge-in-node.ts";
import { type ServedSite, serveSite } from "./support/serve-site.ts";
import { type ApiSettings, type TokenCase, tokenTable, wrongSettings } from "./support/token-table.ts";

let site: ServedSite;
let browser: Browser;
let watched: WatchedPage;
const requests: string[] = [];
beforeAll(async () => {
  site = await serveSite(siteFolder);
  browser = await launchBrowser();
  watched = await openWatchedPage(browser, [site.url], { viewport: { width: 1280, height: 900 } });
  await watched.page.goto(`${site.url}/playground`);
  await watched.page.getByText("The handler runs.").waitFor();
  await watched.settle();
  watched.page.on("request", (request) => requests.push(request.url()));
});
afterAll(async () => {
  await watched?.close();
  await browser?.close();
  await site?.[Symbol.asyncDispose]();
});

/** Fills in the page. */
async function give({ token, settings }: TokenCase): Promise<void> {
  const { page } = watched;
  // So that no answer to an earlier token is taken for the answer to this one.
  await page.getByLabel("Token", { exact: true }).fill("");
  await page.getByText("Paste a token.").waitFor();
  await page.getByLabel(settings.keys === "secret" ? "Shared secret" : "JWKS", { exact: true }).check();
  if (settings.keys === "secret") await page.getByLabel("BETTER_AUTH_SECRET").fill(settings.secret);
  else await page.getByLabel("JWKS: what").fill(settings.jwks);
  await page.getByLabel("BETTER_AUTH_URL").fill(settings.issuer);
  await page.getByLabel("API_URL").fill(settings.audience);
  await page.getByLabel("User in the path").fill(settings.userId);
  await page.getByLabel("Clock tolerance").fill(String(settings.clockTolerance));
  await page.getByLabel("Token", { exact: true }).fill(token);
}

/** Times in a hint differ by the moment. */
const withoutNumbers = (text: string | undefined) => text?.replaceAll(/\d+/g, "0");

async function shown() {
  const answer = watched.page.getByRole("region", { name: "The answer" });
  const hint = answer.locator("p", { hasText: "Only the log says:" });
  const [message, text] = await Promise.all([
    answer
      .locator("pre")
      .textContent({ timeout: 1000 })
      .catch(() => undefined),
    hint.textContent({ timeout: 100 }).catch(() => undefined),
  ]);
  return { message, hint: withoutNumbers(text?.replace(/^.*?Only the log says: /, "")) };
}

describe("the answer is that of an API on Node.js to", () => {
  test.each(tokenTable.map((one) => [one.name, one] as const))("%s", async (_name, one) => {
    const expected = await judgeInNode(one.token, one.settings);
    await give(one);
    await expect
      .poll(shown, { timeout: 15_000 })
      .toEqual({ message: expected.message, hint: withoutNumbers(expected.hint) });
  });
});

describe("says what is wrong with", () => {
  test.each(wrongSettings.map((one) => [one.name, one] as const))("%s", async (_name, one) => {
    const reason = await messageOf(one.token, one.settings);
    await give(one);
    const [start = ""] = reason.split("; key 1");
    await watched.page.getByRole("status").getByText(start, { exact: false }).waitFor({ timeout: 15_000 });
    expect(await watched.page.getByRole("region", { name: "The answer" }).locator("pre").count()).toBe(0);
  });
});

async function messageOf(token: string, settings: ApiSettings): Promise<string> {
  try {
    await judgeInNode(token, settings);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("these settings are valid");
}

test("each example gets the answer that its name says", async () => {
  const { page } = watched;
  await page.reload();
  const answers = [
    ["Valid", "200"],
    ["Expired", "token_expired"],
    ["For another API", "audience_rejected"],
    ["Another user's", "owner_mismatch"],
    ["Changed", "signature_invalid"],
    ["Unsigned", "algorithm_rejected"],
    ["A session token", "token_unsupported"],
  ] as const;
  for (const [name, answer] of answers) {
    await page.getByRole("button", { name, exact: true }).click();
    await page.getByRole("status").getByText(answer, { exact: true }).waitFor({ timeout: 15_000 });
  }
  await page.getByRole("button", { name: "Valid", exact: true }).click();
  await page.getByText("a token of a user's session, or another JWT").waitFor();
  await watched.inspect("playground");
});

test("nothing leaves the page, and nothing is kept", async () => {
  const { page } = watched;
  // The page was loaded twice; nothing but its own files was asked for.
  expect(
    requests.filter(
      (url) => !/^http:\/\/127\.0\.0\.1:\d+\/(?:assets\/|playground$|logo\.svg$|vp-icons\.css$)/.test(url),
    ),
  ).toEqual([]);
  await watched.settle();
  const before = requests.length;
  await page.getByRole("button", { name: "Expired", exact: true }).click();
  await page.getByRole("status").getByText("token_expired").waitFor();
  await watched.settle();
  expect(requests.slice(before)).toEqual([]);

  const token = await page.getByLabel("Token", { exact: true }).inputValue();
  const kept = await page.evaluate(() =>
    JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]),
  );
  expect(kept).not.toContain(token.slice(0, 20));
  expect(page.url()).toBe(`${site.url}/playground`);
  expect(watched.problems()).toEqual([]);
});

test("the page cannot send anything, even to its own host", async () => {
  // Would serve the image to any other page.
  const other = await serveSite(siteFolder);
  const ways = await watched.page.evaluate(
    async ([own, elsewhere]) => {
      const isRefused = (run: () => Promise<unknown>) =>
        run().then(
          () => false,
          () => true,
        );
      const image = () =>
        new Promise((resolve, reject) => {
          Object.assign(new Image(), { onload: resolve, onerror: reject, src: `${elsewhere}/logo.svg` });
        });
      return { fetch: await isRefused(() => fetch(`${own}/llms.txt`)), image: await isRefused(image) };
    },
    [site.url, other.url] as const,
  );
  await other[Symbol.asyncDispose]();
  expect(ways).toEqual({ fetch: true, image: true });
});
