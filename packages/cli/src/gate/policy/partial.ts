/**
 * The parameters of a segment such as `{name}.json`: what is between the literals. None is empty. In linear
 * time.
 *
 * @param literals One more than there are parameters. The first and the last are the ends of the segment.
 * @returns undefined if the segment does not fit. A parameter is undefined if it could end at several places,
 *   as the first of `{a}-{b}` in `1-2-3`: the backend may read it differently, so no one may rely on it.
 */
export function splitPartial(
  text: string,
  literals: readonly string[],
): readonly (string | undefined)[] | undefined {
  const prefix = literals[0] as string;
  const suffix = literals.at(-1) as string;
  const middle = literals.slice(1, -1);
  const end = text.length - suffix.length;
  if (!text.startsWith(prefix) || !text.endsWith(suffix) || end <= prefix.length) return undefined;

  // Every split is between the earliest and the latest one.
  const earliest: number[] = [];
  let from = prefix.length;
  for (const literal of middle) {
    const found = text.indexOf(literal, from + 1);
    if (found === -1) return undefined;
    earliest.push(found);
    from = found + literal.length;
  }
  if (from >= end) return undefined;
  const latest: number[] = [];
  let until = end;
  for (const literal of middle.toReversed()) {
    until = text.lastIndexOf(literal, until - 1 - literal.length);
    latest.unshift(until);
  }

  const values: (string | undefined)[] = [];
  for (let index = 0; index <= middle.length; index++) {
    const isStartSure = index === 0 || earliest[index - 1] === latest[index - 1];
    const isEndSure = index === middle.length || earliest[index] === latest[index];
    const start =
      index === 0 ? prefix.length : (earliest[index - 1] as number) + (middle[index - 1] as string).length;
    values.push(isStartSure && isEndSure ? text.slice(start, earliest[index] ?? end) : undefined);
  }
  return values;
}
