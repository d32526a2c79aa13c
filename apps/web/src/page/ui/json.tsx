type Props = {
  title: string;
  value: unknown;
  /** Only screen readers get the title. */
  hidesTitle?: boolean;
};

/** JSON as text that wraps, so that it never scrolls horizontally. */
export function Json({ title, value, hidesTitle = false }: Props) {
  return (
    <figure>
      <figcaption className={hidesTitle ? "sr-only" : "mb-1 font-medium text-sm"}>{title}</figcaption>
      <pre className="wrap-anywhere whitespace-pre-wrap rounded-lg bg-sunken px-3 py-2.5 font-mono text-xs leading-4.5">
        {typeof value === "string" ? value : JSON.stringify(value, undefined, 2)}
      </pre>
    </figure>
  );
}
