import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { fetchConfig } from "./api/config.ts";
import type { OldToken } from "./session/old-token.ts";
import { SignInScreen } from "./session/sign-in-screen.tsx";
import { useSignedInUser } from "./session/use-signed-in-user.ts";
import { FullPage } from "./ui/full-page.tsx";
import { LoadFailure } from "./ui/load-failure.tsx";
import { Loading } from "./ui/loading.tsx";
import { Workspace } from "./workspace.tsx";

/** Shows the loading state, a failure, the sign-in screen, or the signed-in user's workspace. */
export function App() {
  const config = useQuery({
    queryKey: ["config"],
    queryFn: ({ signal }) => fetchConfig(signal),
    staleTime: Infinity,
  });
  const session = useSignedInUser();
  /** Of the user who has just signed out here. The next one does not get it. */
  const [oldToken, setOldToken] = useState<OldToken>();

  const userId = session.user?.id;
  useEffect(() => {
    if (userId !== undefined) setOldToken(undefined);
  }, [userId]);

  const failure = config.error ?? session.error;
  if (failure) {
    return (
      <FullPage>
        <LoadFailure
          title="The page could not start"
          error={failure}
          onRetry={() => {
            if (config.error) config.refetch();
            if (session.error) session.refetch();
          }}
        />
      </FullPage>
    );
  }
  if (config.data === undefined || session.user === undefined) {
    return (
      <FullPage>
        <Loading what="Loading" />
      </FullPage>
    );
  }
  if (session.user === null) {
    return <SignInScreen config={config.data} notice={session.notice} oldToken={oldToken} />;
  }
  return (
    <Workspace
      key={session.user.id}
      user={session.user}
      config={config.data}
      takesFocus={session.justArrived}
      notice={session.notice}
      onSigningOut={(token) => {
        setOldToken(token);
        session.expectSignOut();
      }}
      onSessionEnded={session.refetch}
    />
  );
}
