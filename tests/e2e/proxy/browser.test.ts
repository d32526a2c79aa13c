import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { launchBrowser } from "../support/browser/launch-browser.ts";
import { attack } from "./attacks.ts";
import { type Started, start, startApi, startSite } from "./site.ts";

let browser: Browser;
let api: Awaited<ReturnType<typeof startApi>>;
let site: Awaited<ReturnType<typeof startSite>>;
let other: Started;

beforeAll(async () => {
  api = await startApi();
  site = await startSite(api.url);
  other = await start((_request, response) => {
    response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>other</title><body>");
  });
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  await Promise.all([other?.close(), site?.close(), api?.close()]);
});

beforeEach(() => {
  api.arrived.length = 0;
  site.opened.length = 0;
});

/** A new browser with Ada's session, at her page. */
async function openSite(): Promise<Page> {
  const context = await browser.newContext();
  onTestFinished(() => context.close());
  const page = await context.newPage();
  await page.goto(site.url);
  return page;
}

/** Also the control: what another site sends arrives at the site, some of it with Ada's cookie. */
describe.for([
  ["another site", () => `http://localhost:${other.port}`],
  ["another origin of the same site", () => other.url],
] as const)("a page of %s", ([, origin]) => {
  test("reaches the API with nothing", async () => {
    const page = await openSite();
    await page.goto(origin());
    await page.evaluate(attack, `${site.url}/open`);
    const withCookie = site.opened.filter((cookie) => cookie?.includes("session=ada"));
    expect(withCookie.length).toBeGreaterThan(15);

    await page.goto(origin());
    await page.evaluate(attack, `${site.url}/backend`);
    expect(api.arrived).toEqual([]);
  });

  test("reaches it neither by a navigation of the whole page nor by a new window", async () => {
    const context = (await openSite()).context();
    for (const go of [
      (url: string) => location.assign(url),
      (url: string) => void open(url),
      (url: string) => {
        document.write(`<meta http-equiv=refresh content="0;url=${url}">`);
        document.close();
      },
      (url: string) => {
        document.body.innerHTML = `<form method=post action="${url}"></form>`;
        document.forms[0]?.submit();
      },
      (url: string) => {
        document.body.innerHTML = `<a href="${url}" rel=noreferrer>link</a>`;
        document.querySelector("a")?.click();
      },
    ]) {
      const page = await context.newPage();
      await page.goto(origin());
      site.statuses.length = 0;
      await page.evaluate(go, `${site.url}/backend/tasks`).catch(() => undefined);
      await vi.waitFor(() => expect(site.statuses[0], String(go)).toBe(403), 10_000);
    }
    expect(api.arrived).toEqual([]);
  });

  test("reaches it with no prefetch and no prerendering", async () => {
    const page = await openSite();
    await page.goto(origin());
    await page.evaluate((url) => {
      const rules = (["prefetch", "prerender"] as const).map((way) => ({
        [way]: [{ source: "list", urls: [`${url}/${way}`], eagerness: "immediate" }],
      }));
      for (const rule of rules) {
        const script = Object.assign(document.createElement("script"), { type: "speculationrules" });
        script.textContent = JSON.stringify(rule);
        document.head.append(script);
      }
    }, `${site.url}/backend`);
    await page.waitForTimeout(1000);
    expect(api.arrived).toEqual([]);
  });
});

test("an address that the user types reaches the API", async () => {
  const page = await openSite();
  expect(await (await page.goto(`${site.url}/backend/tasks`))?.json()).toMatchObject({ method: "GET" });
  expect(api.arrived).toEqual(["GET /tasks"]);
});

test("HTML of the API runs no script, and cannot be framed or loaded as a script by the site", async () => {
  const page = await openSite();
  await page.goto(`${site.url}/backend/page`);
  expect(await page.title()).toBe("quiet");

  await page.goto(site.url);
  api.arrived.length = 0;
  const outcome = await page.evaluate(async () => {
    const load = (type: string) => {
      const script = Object.assign(document.createElement("script"), { type, src: "/backend/script" });
      document.head.append(script);
      return new Promise((resolve) => {
        script.onload = () => resolve("loaded");
        script.onerror = () => resolve("refused");
      });
    };
    const worker = navigator.serviceWorker.register("/backend/script", { scope: "/backend/" }).then(
      () => "registered",
      () => "refused",
    );
    return [await load("text/javascript"), await load("module"), await worker, "scriptRan" in globalThis];
  });
  expect(outcome).toEqual(["refused", "refused", "refused", false]);
  expect(api.arrived).toEqual([]);
});

test("the site's own page calls the API with plain fetch, and sees no token", async () => {
  const page = await openSite();
  const outcome = await page.evaluate(async () => {
    const json = async (path: string, init?: RequestInit) => (await fetch(`/backend${path}`, init)).json();
    const form = new FormData();
    form.append("file", new Blob(["x".repeat(1000)]), "a.txt");
    const { bytes } = await json("/upload", { method: "POST", body: form });
    const head = await fetch("/backend/tasks", { method: "HEAD" });
    const moved = await fetch("/backend/moved");
    const image = new Image();
    image.src = "/backend/picture";
    await image.decode();
    const problem = await json("/tasks", { headers: { "usher-expected-user": "bert" } });
    return {
      get: await json("/tasks"),
      post: await json("/tasks", { method: "POST", body: "{}" }),
      bodiless: await json("/tasks/1", { method: "DELETE" }),
      large: await json("/upload", { method: "PUT", body: new Blob([new Uint8Array(20_000_000)]) }),
      formBytes: bytes > 1000,
      head: [head.status, head.headers.get("etag"), head.headers.get("cache-control")],
      moved: [moved.status, new URL(moved.url).pathname],
      image: [image.width, image.height],
      problem: problem.code,
    };
  });
  const none = { bytes: 0, cookie: null };
  expect(outcome).toEqual({
    get: { method: "GET", ...none },
    post: { method: "POST", ...none, bytes: 2 },
    bodiless: { method: "DELETE", ...none },
    large: { method: "PUT", ...none, bytes: 20_000_000 },
    formBytes: true,
    head: [200, '"1"', "no-store"],
    moved: [200, "/backend/tasks"],
    image: [7, 5],
    problem: "user_changed",
  });
});

test("events and downloads reach the site's own page", async () => {
  const page = await openSite();
  const events = await page.evaluate(async () => {
    const source = new EventSource("/backend/events");
    const times: number[] = [];
    await new Promise<void>((resolve, reject) => {
      source.onmessage = () => {
        times.push(Date.now());
        if (times.length === 2) resolve();
      };
      source.onerror = () => reject(new Error("the event stream ended"));
    });
    source.close();
    return (times[1] ?? 0) - (times[0] ?? 0);
  });
  expect(events).toBeGreaterThan(150);

  const download = page.waitForEvent("download");
  await page.evaluate(() => {
    document.body.innerHTML = '<a href="/backend/file">file</a>';
    document.querySelector("a")?.click();
  });
  expect((await download).suggestedFilename()).toBe("a.csv");
  await (await download).delete();
});
