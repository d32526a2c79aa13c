"use client";
import { type ApiClient, betterAuthToken, createApiClient } from "@usher-auth/client";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { authClient } from "@/lib/auth-client";

const ApiContext = createContext<ApiClient | undefined>(undefined);
export function useApi(): ApiClient | undefined {
  return useContext(ApiContext);
}
type Props = { apiUrl: string; userId: string; children: ReactNode };
export function ApiProvider({ apiUrl, children }: Props) {
  const [api, setApi] = useState<ApiClient>();
  useEffect(() => {
    const client = createApiClient({
      baseURL: apiUrl,
      getToken: betterAuthToken(authClient),
      onSignedOut: () => window.location.assign("/sign-in"),
    });
    setApi(() => client);
  }, [apiUrl]);
  return <ApiContext value={api}>{children}</ApiContext>;
}
