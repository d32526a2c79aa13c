import { addressOf, type Name, password } from "./people.ts";

/** A signed-in browser: its cookies, and the tokens it gets. */
export interface Session {
  readonly cookie: string;
  /** Fetches a token for the API. */
  token(): Promise<string>;
}

/** Signs in over HTTP, as a browser does. */
export async function signIn(authUrl: string, name: Name): Promise<Session> {
  const signedIn = await fetch(`${authUrl}/api/auth/sign-in/email`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: authUrl },
    body: JSON.stringify({ email: addressOf(name), password }),
  });
  if (!signedIn.ok) throw new Error(`${name} cannot sign in: ${signedIn.status} ${await signedIn.text()}`);
  const cookie = signedIn.headers
    .getSetCookie()
    .map((line) => line.split(";", 1).join())
    .join("; ");
  return {
    cookie,
    async token() {
      const response = await fetch(`${authUrl}/api/auth/token`, { headers: { cookie } });
      if (!response.ok) throw new Error(`no token for ${name}: ${response.status} ${await response.text()}`);
      return ((await response.json()) as { token: string }).token;
    },
  };
}
