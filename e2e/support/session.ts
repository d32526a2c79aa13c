/** A person who signed up at the web app, as plain HTTP sees them. */
export type Session = { userId: string; email: string; cookie: string; token: string };

let people = 0;

/** Signs a new person up and fetches their token, as a client without any library would. */
export async function signUp(webUrl: string, name = "Ada Lovelace"): Promise<Session> {
  const email = `person-${process.pid}-${++people}@example.com`;
  const response = await fetch(`${webUrl}/api/auth/sign-up/email`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: webUrl },
    body: JSON.stringify({ name, email, password: "correct horse battery" }),
  });
  if (!response.ok) throw new Error(`sign-up answered ${response.status}: ${await response.text()}`);
  const { user } = (await response.json()) as { user: { id: string } };
  const cookie = response.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
  return { userId: user.id, email, cookie, token: await fetchToken(webUrl, cookie) };
}

/** A fresh token for the session of the cookie. */
export async function fetchToken(webUrl: string, cookie: string): Promise<string> {
  const response = await fetch(`${webUrl}/api/auth/token`, { headers: { cookie } });
  if (!response.ok) throw new Error(`the token was refused with ${response.status}: ${await response.text()}`);
  const { token } = (await response.json()) as { token: string };
  return token;
}
