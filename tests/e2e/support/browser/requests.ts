import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";

/** A request of the page, and what it gets. */
export type SentRequest = {
  button: string;
  url: string | RegExp;
  status: number;
  challenge: unknown;
  body: object;
  /** The browser sends it to the API, and writes a line about an error status to its console. */
  isFromPage: boolean;
};

/** Each button of the page, with the request and the response for a user with one completed task. */
export function requestsOf(apiUrl: string, userId: string): SentRequest[] {
  const own = `${apiUrl}/api/${userId}/tasks?limit=1`;
  const others = new RegExp(`^${apiUrl}/api/(?!${userId}/)[^/]+/tasks\\?limit=1$`);
  const invalid = expect.stringMatching(
    /^Bearer realm="api", error="invalid_(?:token|request)", error_description="[^"]+"$/,
  );
  const plain = 'Bearer realm="api"';
  const task = { title: "Write the first program", completed: true };
  const refused = (button: string, status: number, code: string, challenge: unknown = invalid) => ({
    button,
    url: own,
    status,
    challenge,
    body: { code, status },
    isFromPage: true,
  });
  return [
    { ...refused("With the token", 200, ""), challenge: "none", body: { tasks: [task] } },
    refused("Without a token", 401, "credentials_missing", plain),
    { ...refused("Another user's path", 403, "owner_mismatch", plain), url: others },
    refused("Tampered signature", 401, "signature_invalid"),
    refused("Expired token", 401, "token_expired"),
    refused("Token for another API", 401, "audience_rejected"),
    refused("Session token", 401, "token_unsupported"),
    { ...refused("Two Authorization headers", 400, "credentials_ambiguous"), isFromPage: false },
  ];
}

/** The token's claims as the page shows them, unfolded. */
export async function shownClaims(page: Page): Promise<Record<string, unknown>> {
  const card = page.getByRole("region", { name: "Your token" });
  await card.getByText("Header, claims and signature", { exact: true }).click();
  return JSON.parse(await textOf(card.getByRole("figure", { name: "Claims" }).locator("pre")));
}

/** The answer that the page shows, when its status is the given one. */
export async function shownResponse(page: Page, status: number) {
  const response = await settledResponse(page, status);
  const term = (name: string) =>
    textOf(
      response
        .locator("dt", { hasText: new RegExp(`^${name}`) })
        .first()
        .locator("xpath=following-sibling::dd"),
    );
  return {
    url: await term("Request"),
    challenge: await term("WWW-Authenticate"),
    body: JSON.parse(await textOf(response.getByRole("figure", { name: "Body" }).locator("pre"))),
  };
}

/** The answer as a region of the page, when it has that status. */
export async function settledResponse(page: Page, status: number): Promise<Locator> {
  const response = page.getByRole("region", { name: "Response" });
  await response.and(page.locator("[aria-busy=false]")).waitFor();
  await response.getByText(new RegExp(`^${status} `)).waitFor();
  return response;
}

/** What the page shows of the operator's log. Empty if it has no column for it. */
export async function shownLog(page: Page): Promise<string> {
  const log = page.getByRole("region", { name: "The operator's log has" });
  return (await log.count()) === 0 ? "" : textOf(log);
}

/** The text of an API that does not show its log. */
export const noLog = "This API does not show its log to the page";

async function textOf(locator: Locator): Promise<string> {
  return (await locator.textContent()) ?? "";
}
