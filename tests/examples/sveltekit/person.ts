import type { BrowserUser } from "../support/browser-user.ts";

/** A user with a session, for requests without the browser. */
export interface Person {
  readonly webUrl: string;
  readonly name: string;
  readonly id: string;
  readonly cookie: string;
}

export async function personOf({ name, cookieHeader }: BrowserUser, webUrl: string): Promise<Person> {
  const cookie = await cookieHeader();
  const response = await fetch(`${webUrl}/api/auth/get-session`, { headers: { cookie } });
  const { user } = (await response.json()) as { user: { id: string } };
  return { webUrl, name, id: user.id, cookie };
}

/** Sends a request as the person's browser does from a page of the app, unless `init` has other headers. */
export function send({ webUrl, cookie }: Person, path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers({ cookie, origin: webUrl, "sec-fetch-site": "same-origin" });
  for (const [name, value] of new Headers(init.headers)) headers.set(name, value);
  return fetch(`${webUrl}${path}`, { ...init, headers, redirect: "manual" });
}
