/** What a label says instead of a value that is not known. Semantic conventions, `http.request.method`. */
export const otherLabel = "_OTHER";

/**
 * Limits the number of values that a label can have. The values are the application's own, such as its
 * routes, and a mistake must not become millions of series: any further one is `_OTHER`.
 */
export function limitedLabel(most: number): (value: string) => string {
  const isKnown = firstValues(most);
  return (value) => (isKnown(value) ? value : otherLabel);
}

/** Whether a value is one of the first ones. */
export function firstValues(most: number): (value: string) => boolean {
  const known = new Set<string>();
  return (value) => {
    if (known.has(value)) return true;
    if (known.size >= most) return false;
    known.add(value);
    return true;
  };
}
