"use client";

import { readProblem } from "@usher-auth/client";
import { useCallback } from "react";
import { LiveTasks } from "./live-tasks";

/** Calls the API through this server (app/backend): same origin, a cookie, and no token in the browser. */
export function SameSiteTasks({ userId }: { userId: string }) {
  const send = useCallback(
    async (init?: RequestInit) => {
      const headers = new Headers(init?.headers);
      headers.set("usher-expected-user", userId);
      const response = await fetch("/backend/api/me/tasks", { ...init, headers });
      const code = response.ok ? undefined : (await readProblem(response))?.code;
      if (code === "signed_out") window.location.assign("/sign-in");
      if (code === "user_changed") window.location.reload();
      return response;
    },
    [userId],
  );
  return <LiveTasks send={send} />;
}
