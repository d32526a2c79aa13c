import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { development } from "../api/development.ts";
import type { UserApi } from "../api/user-api.ts";
import { readSessionToken } from "../session/auth-client.ts";
import { Button } from "../ui/button.tsx";
import { createExpiredToken } from "./expired-token.ts";
import { RequestPanel } from "./request-panel.tsx";
import { offeredRequests, type RequestKind } from "./request-texts.ts";
import { useOutcomes } from "./use-outcomes.ts";
import { sendUserRequest } from "./user-requests.ts";

type Props = {
  api: UserApi;
  /** The web server helps with more requests, in development. */
  local: boolean;
  takesFocus: boolean;
};

/** What the API does with a valid request, and with others. */
export function UserRequestsPanel({ api, local, takesFocus }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  const [expiredToken] = useState(() => createExpiredToken(development.expiringToken));
  const { data: secondUser, refetch } = useQuery({
    queryKey: ["second-user"],
    queryFn: development.secondUser,
    enabled: local,
    staleTime: Infinity,
  });

  const sendKind = useCallback(
    (kind: RequestKind) =>
      sendUserRequest(kind, {
        api,
        development,
        expiredToken,
        sessionToken: readSessionToken,
        secondUser: async () => (local ? (secondUser ?? (await refetch()).data) : undefined),
      }),
    [api, expiredToken, local, secondUser, refetch],
  );
  const { outcomes, send } = useOutcomes(sendKind);

  useEffect(() => {
    if (!takesFocus) return;
    heading.current?.focus();
    // The form may have been scrolled, on a phone.
    scrollTo(0, 0);
  }, [takesFocus]);

  // The first verdict is there without a click. The token for the expired request ends while the user reads.
  const hasStarted = useRef(false);
  useEffect(() => {
    if (hasStarted.current) return;
    hasStarted.current = true;
    send("valid");
    if (local) expiredToken().catch(() => undefined);
  }, [send, local, expiredToken]);

  const requests = offeredRequests(local, secondUser);
  const isBusy = requests.some(({ kind }) => outcomes[kind]?.isPending);
  return (
    <section aria-labelledby="requests-heading">
      <div className="mb-4 flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
        <div className="max-w-3xl min-w-0 flex-1 basis-64">
          <h1
            id="requests-heading"
            ref={heading}
            tabIndex={-1}
            className="font-semibold text-xl tracking-tight sm:text-2xl"
          >
            Try to get past the guard
          </h1>
          <p className="mt-1 text-muted text-sm">
            Your token opens your own tasks, and nothing else. These are real requests to the API.
          </p>
        </div>
        <Button
          look="primary"
          isBusy={isBusy}
          onClick={() => {
            for (const { kind } of requests) send(kind);
          }}
        >
          Send all {requests.length}
        </Button>
      </div>
      <RequestPanel requests={requests} outcomes={outcomes} onSend={send} hasOperator={local} initial="valid">
        One more: sign out, and send the token that you have now.
      </RequestPanel>
    </section>
  );
}
