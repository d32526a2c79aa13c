/** A user with a session, without a browser. */
export interface Person {
  readonly webUrl: string;
  readonly name: string;
  readonly id: string;
  readonly cookie: string;
}

/** Signs up under a new address. */
export async function signUp(webUrl: string, name: string): Promise<Person> {
  const response = await fetch(`${webUrl}/api/auth/sign-up/email`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: webUrl },
    body: JSON.stringify({ name, email: `${crypto.randomUUID()}@example.com`, password: "correct horse" }),
  });
  if (!response.ok) throw new Error(`sign-up answered ${response.status}: ${await response.text()}`);
  const { user } = (await response.json()) as { user: { id: string } };
  const cookie = response.headers.getSetCookie().map((line) => line.split(";", 1)[0]);
  return { webUrl, name, id: user.id, cookie: cookie.join("; ") };
}

/** Sends a request as the person's browser does from a page of the app, unless `init` has other headers. */
export function send(person: Person, path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers({
    cookie: person.cookie,
    origin: person.webUrl,
    "sec-fetch-site": "same-origin",
    ...(path.startsWith("/api/auth") && init.body !== undefined && { "content-type": "application/json" }),
  });
  for (const [name, value] of new Headers(init.headers)) headers.set(name, value);
  return fetch(`${person.webUrl}${path}`, { ...init, headers, redirect: "manual" });
}
