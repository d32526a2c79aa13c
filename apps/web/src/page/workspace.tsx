import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { PageConfig } from "./api/config.ts";
import { queryDefaults } from "./api/query-defaults.ts";
import { createUserApi } from "./api/user-api.ts";
import { UserRequestsPanel } from "./requests/user-requests-panel.tsx";
import { fetchToken } from "./session/auth-client.ts";
import { Header } from "./session/header.tsx";
import type { OldToken } from "./session/old-token.ts";
import type { SignedInUser } from "./session/use-signed-in-user.ts";
import { TaskList } from "./tasks/task-list.tsx";
import { isExpired } from "./token/time-left.ts";
import { TokenCard } from "./token/token-card.tsx";
import { Notice } from "./ui/notice.tsx";

type Props = {
  user: SignedInUser;
  config: PageConfig;
  /** The user has just signed in. The focus was on the form and must move. */
  takesFocus: boolean;
  /** Says that the page showed another user's tasks before. */
  notice: string | undefined;
  /** Called with the token that the page has now, for the user to try it afterwards. */
  onSigningOut: (token: OldToken | undefined) => void;
  /** Called when the user has signed out or someone else has signed in, also in another tab. */
  onSessionEnded: () => void;
};

/** One user's screen. It has its own API client and cache, so no user sees another user's data. */
export function Workspace({ user, config, takesFocus, notice, onSigningOut, onSessionEnded }: Props) {
  const [queryClient] = useState(() => new QueryClient({ defaultOptions: queryDefaults }));
  const [api] = useState(() =>
    createUserApi({ apiUrl: config.apiUrl, userId: user.id, getToken: fetchToken, onSessionEnded }),
  );
  useEffect(() => api.close, [api]);

  return (
    <QueryClientProvider client={queryClient}>
      <Header
        user={user}
        api={api}
        onSigningOut={() => {
          const token = api.token.get();
          onSigningOut(token === undefined || isExpired(token) ? undefined : { userId: user.id, token });
        }}
      />
      {notice && (
        <div className="mx-auto max-w-7xl px-4 pb-4 sm:px-6">
          <Notice kind="plain">{notice}</Notice>
        </div>
      )}
      <main className="mx-auto grid max-w-7xl gap-8 px-4 pb-16 sm:px-6">
        <UserRequestsPanel api={api} local={config.local} takesFocus={takesFocus} />
        <div className="grid gap-8 lg:grid-cols-[minmax(0,1fr)_minmax(0,26rem)] lg:items-start">
          <TaskList tasks={api.tasks} />
          <TokenCard api={api} />
        </div>
      </main>
    </QueryClientProvider>
  );
}
