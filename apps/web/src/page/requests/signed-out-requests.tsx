import { useCallback } from "react";
import type { OldToken } from "../session/old-token.ts";
import { RequestPanel } from "./request-panel.tsx";
import type { OfferedRequest } from "./request-texts.ts";
import { sendRequest, tasksUrl } from "./send-request.ts";
import { useOutcomes } from "./use-outcomes.ts";

type Kind = "old" | "none";

const without: OfferedRequest<Kind> = {
  kind: "none",
  label: "Without a token",
  hint: "No Authorization header",
};

const withOld: OfferedRequest<Kind> = {
  kind: "old",
  label: "With the old token",
  hint: "Correctly signed, of a session that has ended",
};

type Props = {
  apiUrl: string;
  local: boolean;
  /** The token of the session that has just ended. */
  oldToken: OldToken | undefined;
};

/** The requests that a visitor can send without a session. */
export function SignedOutRequests({ apiUrl, local, oldToken }: Props) {
  const sendKind = useCallback(
    (kind: Kind) =>
      sendRequest({
        url: tasksUrl(apiUrl, oldToken?.userId ?? "another-user"),
        token: kind === "old" ? oldToken?.token : undefined,
      }),
    [apiUrl, oldToken],
  );
  const { outcomes, send } = useOutcomes(sendKind);
  return (
    <section aria-labelledby="requests-heading">
      <h2 id="requests-heading" className="font-semibold text-lg tracking-tight">
        {oldToken ? "The token that you had" : "Ask the API now"}
      </h2>
      <p className="mt-1 mb-3 text-muted text-sm">
        {oldToken
          ? "A sign-out ends every token of its session, at the API too."
          : "Nobody is signed in. What does it answer?"}
      </p>
      <RequestPanel
        requests={oldToken ? [withOld, without] : [without]}
        outcomes={outcomes}
        onSend={send}
        hasOperator={local}
      />
    </section>
  );
}
