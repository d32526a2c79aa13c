import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { queryDefaults } from "./api/query-defaults.ts";
import { createUserApi } from "./api/user-api.ts";
import { Inspector } from "./inspector/inspector.tsx";
import { fetchToken } from "./session/auth-client.ts";
import { Header } from "./session/header.tsx";
import type { SignedInUser } from "./session/use-signed-in-user.ts";
import { TaskList } from "./tasks/task-list.tsx";
import { Notice } from "./ui/notice.tsx";

type Props = {
  user: SignedInUser;
  apiUrl: string;
  /** The user has just signed in. The focus was on the form and must move. */
  takesFocus: boolean;
  /** Says that the page showed another user's tasks before. */
  notice: string | undefined;
  onSigningOut: () => void;
  /** Called when the user has signed out or someone else has signed in, also in another tab. */
  onSessionEnded: () => void;
};

/** One user's screen. It has its own API client and cache, so no user sees another user's data. */
export function Workspace({ user, apiUrl, takesFocus, notice, onSigningOut, onSessionEnded }: Props) {
  const [queryClient] = useState(() => new QueryClient({ defaultOptions: queryDefaults }));
  const [api] = useState(() =>
    createUserApi({ apiUrl, userId: user.id, getToken: fetchToken, onSessionEnded }),
  );
  useEffect(() => api.close, [api]);

  return (
    <QueryClientProvider client={queryClient}>
      <Header user={user} api={api} onSigningOut={onSigningOut} />
      {notice && (
        <div className="mx-auto max-w-7xl px-4 pb-6 sm:px-6">
          <Notice kind="plain">{notice}</Notice>
        </div>
      )}
      <main className="mx-auto grid max-w-7xl gap-6 px-4 pb-16 sm:px-6 lg:grid-cols-[minmax(0,1fr)_minmax(0,30rem)] lg:items-start">
        <TaskList tasks={api.tasks} takesFocus={takesFocus} />
        <Inspector api={api} />
      </main>
    </QueryClientProvider>
  );
}
