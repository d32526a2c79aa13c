import { betterAuthToken, createApiClient, type GetToken } from "@usher-auth/client";
import { createAuthClient } from "better-auth/client";
import { jwtClient, organizationClient } from "better-auth/client/plugins";

// What a page of the application loads. The tests call it by the global name `tab`.

const { name, apiUrl, own, token, useSession } = Object.fromEntries(new URLSearchParams(location.search));

const authClient = createAuthClient({ plugins: [jwtClient(), organizationClient()] });

if (useSession !== undefined) authClient.useSession.subscribe(() => undefined);

/** A `getToken` of the application, without session changes. */
async function ownGetToken(): Promise<string | null> {
  const response = await fetch("/own-token");
  if (response.status === 401) return null;
  if (!response.ok) throw new Error(`/own-token answered ${response.status}`);
  return (await response.json()).token;
}

function chooseGetToken(): GetToken {
  if (token !== undefined) return () => token;
  return own === undefined ? betterAuthToken(authClient) : ownGetToken;
}

/** The events that the application got. */
const told: string[] = [];

const api = createApiClient({
  baseURL: apiUrl ?? "",
  getToken: chooseGetToken(),
  onSignedOut: () => told.push("signed out"),
  onUserChanged: ({ previousUserId, userId }) => told.push(`${previousUserId} is now ${userId}`),
});

/** The API's answer, or the code of the error. */
async function call(): Promise<string> {
  try {
    return await (await api(`/whoami?tab=${name}`)).text();
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

const actions = {
  told,
  api,
  call,
  calls: (count: number) => Promise.all(Array.from({ length: count }, call)),
  async signIn(email: string, password: string): Promise<void> {
    await authClient.signIn.email({ email, password });
    // Better Auth's client reports it 10 ms later.
    await new Promise((resolve) => setTimeout(resolve, 20));
  },
  signOut: () => authClient.signOut(),
  /** Without `clearToken()`. */
  async signOutAndLeave(): Promise<void> {
    await authClient.signOut();
    location.assign("/signed-out");
  },
  setOrganization: (organizationId: string) => authClient.organization.setActive({ organizationId }),
};

declare global {
  var tab: typeof actions;
}

globalThis.tab = actions;
