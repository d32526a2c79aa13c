import { type ReactNode, useEffect, useRef, useState } from "react";
import { Answer } from "./answer.tsx";
import { RequestRow } from "./request-row.tsx";
import type { OfferedRequest } from "./request-texts.ts";
import { reveal } from "./reveal.ts";
import type { Outcome } from "./use-outcomes.ts";

type Props<Kind extends string> = {
  requests: OfferedRequest<Kind>[];
  outcomes: Partial<Record<Kind, Outcome>>;
  onSend: (kind: Kind) => void;
  hasOperator: boolean;
  /** Its answer is shown before the first click, where there is room for it. */
  initial?: Kind;
  /** Below the requests. */
  children?: ReactNode;
};

/**
 * Requests to send, each with its verdict, and the answer to the last one: beside them if there is room,
 * otherwise below the one that was sent.
 */
export function RequestPanel<Kind extends string>(props: Props<Kind>) {
  const { requests, outcomes, onSend, hasOperator, initial, children } = props;
  const [clicked, setClicked] = useState<Kind>();
  const button = useRef<HTMLButtonElement>(null);
  const answer = useRef<HTMLElement>(null);
  const shown = clicked ?? initial;
  const outcome = shown === undefined ? undefined : outcomes[shown];

  // When a request is sent, and again when there is an answer, which is longer.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the outcome changes what must be in view
  useEffect(() => {
    if (clicked !== undefined && button.current && answer.current) reveal(button.current, answer.current);
  }, [clicked, outcome]);

  return (
    <div className="@container">
      <div className="overflow-hidden rounded-2xl border border-line bg-surface @4xl:grid @4xl:grid-cols-[20rem_minmax(0,1fr)] @4xl:grid-rows-[repeat(8,auto)_1fr]">
        {requests.map((request) => (
          <div key={request.kind} className="last:*:last:border-b-0 @4xl:contents">
            <RequestRow
              request={request}
              outcome={outcomes[request.kind]}
              isShown={request.kind === shown}
              isClicked={request.kind === clicked}
              buttonRef={request.kind === shown ? button : undefined}
              onSend={() => {
                setClicked(request.kind);
                onSend(request.kind);
              }}
            />
            {request.kind === shown && (
              <section
                ref={answer}
                aria-label="Response"
                aria-busy={outcome?.isPending ?? false}
                className={`@container grid scroll-mt-3 content-start gap-4 border-line p-4 @max-4xl:border-b @4xl:col-start-2 @4xl:row-span-full @4xl:row-start-1 @4xl:border-l @4xl:p-5 ${
                  clicked === undefined ? "@max-4xl:hidden" : ""
                }`}
              >
                <Answer outcome={outcome} hasOperator={hasOperator} />
              </section>
            )}
          </div>
        ))}
        {children && (
          <div className="px-4 py-3 text-muted text-xs @4xl:col-start-1 @4xl:row-start-9">{children}</div>
        )}
      </div>
      <p role="status" className="sr-only">
        {clicked !== undefined &&
          announcement(
            requests.find(({ kind }) => kind === clicked),
            outcome,
          )}
      </p>
    </div>
  );
}

/** Screen readers announce the verdict only. The details follow the button. */
function announcement(request: OfferedRequest | undefined, outcome: Outcome | undefined): string {
  if (request === undefined || outcome === undefined || outcome.isPending) return "";
  const { exchange } = outcome;
  if (exchange === undefined) return `${request.label}: no response`;
  return `${request.label}: ${exchange.response.status} ${exchange.response.statusText}`;
}
