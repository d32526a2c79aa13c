import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useState } from "react";
import { queryDefaults } from "./api/query-defaults.ts";
import { createUserApi } from "./api/user-api.ts";
import { Inspector } from "./inspector/inspector.tsx";
import { Header } from "./session/header.tsx";
import type { SignedInUser } from "./session/use-signed-in-user.ts";
import { TaskList } from "./tasks/task-list.tsx";

type Props = {
  user: SignedInUser;
  apiUrl: string;
  /** The user has just signed in. The focus was on the form and must move. */
  takesFocus: boolean;
  onSigningOut: () => void;
  /** Called when the session has ended. */
  onSignedOut: () => void;
};

/** One user's screen. It has its own API client and cache, so no user sees another user's data. */
export function Workspace({ user, apiUrl, takesFocus, onSigningOut, onSignedOut }: Props) {
  const [queryClient] = useState(() => new QueryClient({ defaultOptions: queryDefaults }));
  const [api] = useState(() => createUserApi({ apiUrl, userId: user.id, onSignedOut }));

  return (
    <QueryClientProvider client={queryClient}>
      <Header user={user} api={api} onSigningOut={onSigningOut} />
      <main className="mx-auto grid max-w-7xl gap-6 px-4 pb-16 sm:px-6 lg:grid-cols-[minmax(0,1fr)_minmax(0,30rem)] lg:items-start">
        <TaskList tasks={api.tasks} takesFocus={takesFocus} />
        <Inspector api={api} />
      </main>
    </QueryClientProvider>
  );
}
