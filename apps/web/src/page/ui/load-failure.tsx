import { Button } from "./button.tsx";

type Props = { title: string; error: Error; onRetry: () => void };

/** What could not be loaded, the reason, and a button to try again. */
export function LoadFailure({ title, error, onRetry }: Props) {
  return (
    <div role="alert" className="wrap-anywhere rounded-xl border border-bad bg-bad-soft p-5 text-sm">
      <p className="font-semibold text-bad">{title}</p>
      <p className="mt-1 mb-4">{error.message}</p>
      <Button onClick={onRetry}>Try again</Button>
    </div>
  );
}
