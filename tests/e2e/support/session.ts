/** A user who signed up at the web app over plain HTTP. */
export type Session = { userId: string; email: string; cookie: string; token: string };

let people = 0;

/** Signs up a new user and fetches their token over plain HTTP. */
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

/** Fetches a new token for the cookie's session. */
export async function fetchToken(webUrl: string, cookie: string): Promise<string> {
  const response = await fetch(`${webUrl}/api/auth/token`, { headers: { cookie } });
  if (!response.ok) throw new Error(`/token answered ${response.status}: ${await response.text()}`);
  const { token } = (await response.json()) as { token: string };
  return token;
}

/** Requests the user's own tasks with the token. Returns the problem's code, or the status. */
export async function requestTasks(apiUrl: string, token: string): Promise<number | string> {
  const { sub } = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${apiUrl}/api/${sub}/tasks`, { headers });
  const { code } = (await response.json()) as { code?: string };
  return code ?? response.status;
}

/** Signs out, like the page. */
export async function signOut(webUrl: string, cookie: string): Promise<Response> {
  const headers = { cookie, origin: webUrl, "content-type": "application/json" };
  return await fetch(`${webUrl}/api/auth/sign-out`, { method: "POST", headers, body: "{}" });
}
