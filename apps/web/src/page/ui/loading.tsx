/** A loading indicator, visible and announced by screen readers. */
export function Loading({ what }: { what: string }) {
  return (
    <p role="status" className="flex items-center justify-center gap-3 py-8 text-muted text-sm">
      <span
        aria-hidden="true"
        className="size-4 motion-safe:animate-spin rounded-full border-2 border-line border-t-accent"
      />
      {what}…
    </p>
  );
}
