/** JSON as text that wraps, so that it never scrolls horizontally. */
export function Json({ title, value }: { title: string; value: unknown }) {
  return (
    <figure>
      <figcaption className="mb-1 font-medium text-sm">{title}</figcaption>
      <pre className="wrap-anywhere whitespace-pre-wrap rounded-lg bg-sunken px-3 py-2.5 font-mono text-xs leading-relaxed">
        {typeof value === "string" ? value : JSON.stringify(value, undefined, 2)}
      </pre>
    </figure>
  );
}
