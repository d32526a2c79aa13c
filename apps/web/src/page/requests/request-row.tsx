import { type RefObject, useId } from "react";
import type { OfferedRequest } from "./request-texts.ts";
import type { Outcome } from "./use-outcomes.ts";
import { Verdict } from "./verdict.tsx";

type Props = {
  request: OfferedRequest;
  outcome: Outcome | undefined;
  /** Its answer is shown: after a click, or `initially` where there is room. */
  isShown: boolean;
  isClicked: boolean;
  buttonRef: RefObject<HTMLButtonElement | null> | undefined;
  onSend: () => void;
};

/** One request: a button that sends it, and the verdict of the last time. */
export function RequestRow({ request, outcome, isShown, isClicked, buttonRef, onSend }: Props) {
  const id = useId();
  return (
    <div
      className={`group relative flex items-center gap-3 border-line border-b px-4 py-2 has-focus-visible:-outline-offset-2 has-focus-visible:outline-2 has-focus-visible:outline-accent motion-safe:transition-colors @4xl:col-start-1 ${
        isClicked ? "bg-sunken" : isShown ? "hover:bg-sunken @4xl:bg-sunken" : "hover:bg-sunken"
      }`}
    >
      <div className="min-w-0 flex-1">
        {/* Covers the whole row. Its name is the label alone. */}
        <button
          ref={buttonRef}
          type="button"
          aria-describedby={`${id}-hint ${id}-verdict`}
          aria-disabled={outcome?.isPending || undefined}
          onClick={onSend}
          className="scroll-mt-6 font-medium text-sm leading-5 outline-none after:absolute after:inset-0"
        >
          {request.label}
        </button>
        <p id={`${id}-hint`} className="truncate text-muted text-xs leading-4.5">
          {request.hint}
        </p>
      </div>
      <p id={`${id}-verdict`} className="shrink-0 text-xs">
        <RowVerdict outcome={outcome} />
      </p>
    </div>
  );
}

function RowVerdict({ outcome }: { outcome: Outcome | undefined }) {
  if (outcome?.isPending) return <span className="text-muted">sending…</span>;
  if (outcome?.error) return <span className="font-medium text-bad">no response</span>;
  if (outcome?.exchange) return <Verdict status={outcome.exchange.response.status} />;
  return (
    <span className="rounded-md border border-line px-2 py-0.5 font-medium text-accent group-hover:border-field">
      Send
    </span>
  );
}
