"use client";

import { useCallback } from "react";
import { useApi } from "./api-provider";
import { LiveTasks } from "./live-tasks";

/** Calls the API from the browser: it is on another origin, and gets the user's token. */
export function BrowserTasks({ userId }: { userId: string }) {
  const api = useApi();
  const send = useCallback(
    async (init?: RequestInit) => {
      if (api === undefined) throw new Error("The page is still starting");
      return await api(`/api/${userId}/tasks`, init);
    },
    [api, userId],
  );
  return api === undefined ? <p role="status">Loading …</p> : <LiveTasks send={send} />;
}
