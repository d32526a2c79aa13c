"use client";

import { type ApiClient, betterAuthToken, createApiClient } from "@usher-auth/client";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { authClient } from "@/lib/auth-client";

const ApiContext = createContext<ApiClient | undefined>(undefined);

/** The API's client, for the user that the page was rendered for. Undefined while the page starts. */
export function useApi(): ApiClient | undefined {
  return useContext(ApiContext);
}

type Props = { apiUrl: string; userId: string; children: ReactNode };

export function ApiProvider({ apiUrl, userId, children }: Props) {
  const [api, setApi] = useState<ApiClient>();
  useEffect(() => {
    const client = createApiClient({
      baseURL: apiUrl,
      getToken: betterAuthToken(authClient),
      userId,
      // In this tab or in another one. Loading the whole page also drops what the router has cached.
      onSignedOut: () => window.location.assign("/sign-in"),
      onUserChanged: () => window.location.reload(),
    });
    setApi(() => client);
    return () => client.close();
  }, [apiUrl, userId]);
  return <ApiContext value={api}>{children}</ApiContext>;
}
