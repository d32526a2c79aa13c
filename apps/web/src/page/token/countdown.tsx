import { describeTimeLeft, fractionLeft, type Lifetime } from "./time-left.ts";
import { useNow } from "./use-now.ts";

/** Not a live region, because screen readers would announce every second. They read the time on focus. */
export function Countdown({ lifetime }: { lifetime: Lifetime }) {
  const now = useNow();
  if (lifetime.until === undefined) return undefined;
  const isExpired = lifetime.until <= now;
  return (
    <div>
      <p role="timer" className={`mb-1.5 font-medium text-sm tabular-nums ${isExpired ? "text-bad" : ""}`}>
        {describeTimeLeft(lifetime.until, now)}
      </p>
      <progress
        className="lifetime block h-1.5 w-full"
        aria-label="Lifetime left"
        value={fractionLeft(lifetime, now)}
      />
      {isExpired && (
        <p className="mt-1.5 text-muted text-sm">The page fetches a new token with its next request.</p>
      )}
    </div>
  );
}
