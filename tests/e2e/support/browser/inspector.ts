import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";

/** Each button of the inspector, with the request and the response for a user with one completed task. */
export function probesOf(apiUrl: string, userId: string) {
  const own = `${apiUrl}/api/${userId}/tasks?limit=1`;
  const invalid = /^Bearer realm="api", error="invalid_token", error_description="[^"]+"$/;
  const task = { title: "Write the first program", completed: true };
  return [
    { button: "With the token", url: own, status: 200, challenge: "none", body: { tasks: [task] } },
    {
      button: "Without a token",
      url: own,
      status: 401,
      challenge: 'Bearer realm="api"',
      body: { code: "credentials_missing", status: 401 },
    },
    {
      button: "Tampered signature",
      url: own,
      status: 401,
      challenge: expect.stringMatching(invalid),
      body: { code: "signature_invalid", status: 401 },
    },
    {
      button: "Another user's path",
      url: `${apiUrl}/api/another-user/tasks?limit=1`,
      status: 403,
      challenge: 'Bearer realm="api"',
      body: { code: "owner_mismatch", status: 403 },
    },
  ];
}

/** The token's claims as the inspector shows them. */
export async function shownClaims(page: Page): Promise<Record<string, unknown>> {
  const inspector = page.getByRole("region", { name: "Token inspector" });
  return JSON.parse(await textOf(inspector.getByRole("figure", { name: "Claims" }).locator("pre")));
}

/** What the inspector shows after a response with that status. */
export async function shownResponse(page: Page, status: number) {
  const response = page.getByRole("region", { name: "Response" });
  await response.and(page.locator("[aria-busy=false]")).waitFor();
  await response.getByRole("status").getByText(String(status)).waitFor();
  const term = (name: string) =>
    textOf(
      response.locator("dt", { hasText: new RegExp(`^${name}$`) }).locator("xpath=following-sibling::dd"),
    );
  return {
    url: await term("Request"),
    challenge: await term("WWW-Authenticate"),
    body: JSON.parse(await textOf(response.getByRole("figure", { name: "Body" }).locator("pre"))),
  };
}

async function textOf(locator: Locator): Promise<string> {
  return (await locator.textContent()) ?? "";
}
