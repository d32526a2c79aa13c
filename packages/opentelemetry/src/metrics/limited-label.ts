/** What a label says instead of a value that is not known. Semantic conventions, `http.request.method`. */
export const otherLabel = "_OTHER";

/**
 * Limits the number of values that a label can have. The values are the application's own, such as its
 * routes, and a mistake must not become millions of series: any further one is `_OTHER`.
 */
export function limitedLabel(most: number): (value: string) => string {
  const known = new Set<string>();
  return (value) => {
    if (known.has(value)) return value;
    if (known.size >= most) return otherLabel;
    known.add(value);
    return value;
  };
}
