import { type FocusEvent, useLayoutEffect, useRef } from "react";

/**
 * Keeps the keyboard where it was when the row it was in goes away: on the same control of the row that took
 * its place, or on what `fallback` gives when no row is left. Browsers would send it back to the top of the
 * page.
 *
 * Rows are the list's children; their controls carry `data-control`.
 */
export function useKeptFocus(fallback: () => HTMLElement | null) {
  const list = useRef<HTMLUListElement>(null);
  const last = useRef<{ index: number; control: string } | undefined>(undefined);
  const goal = useRef<number | undefined>(undefined);

  function reachGoal(): void {
    const row = goal.current === undefined ? undefined : list.current?.children[goal.current];
    if (row === undefined) return;
    goal.current = undefined;
    row.querySelector<HTMLElement>("[data-control]")?.focus();
  }

  // After every render, because any of them may have removed the row.
  useLayoutEffect(() => {
    reachGoal();
    if (last.current === undefined || document.activeElement !== document.body) return;
    const { index, control } = last.current;
    const rows = list.current?.children ?? [];
    const row = rows[Math.min(index, rows.length - 1)];
    const next = row?.querySelector<HTMLElement>(`[data-control="${control}"]:not(:disabled)`) ?? fallback();
    if (row === undefined) last.current = undefined;
    next?.focus();
  });

  return {
    list: {
      ref: list,
      onFocus(event: FocusEvent<HTMLUListElement>) {
        const control = event.target.dataset.control;
        const row = [...event.currentTarget.children].findIndex((child) => child.contains(event.target));
        last.current = control === undefined || row === -1 ? undefined : { index: row, control };
      },
      // Not called when the focused row is removed: React is silent then, and that is what tells the two
      // apart.
      onBlur() {
        last.current = undefined;
      },
    },
    /** Goes to the row with this index, now or as soon as it is there. */
    moveTo(index: number) {
      goal.current = index;
      reachGoal();
    },
  };
}
