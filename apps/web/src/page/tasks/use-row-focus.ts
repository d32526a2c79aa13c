import { type FocusEvent, useLayoutEffect, useRef } from "react";

/**
 * Keeps the keyboard focus when its row is removed: it moves to the same control of the row that takes its
 * place, or to the `fallback` element if no row is left. Browsers would move it to the top of the page.
 *
 * Rows are the children of the list. Their controls have a `data-control` attribute.
 */
export function useRowFocus(fallback: () => HTMLElement | null) {
  const list = useRef<HTMLUListElement>(null);
  const last = useRef<{ index: number; control: string } | undefined>(undefined);
  const target = useRef<number | undefined>(undefined);

  function focusTarget(): void {
    const row = target.current === undefined ? undefined : list.current?.children[target.current];
    if (row === undefined) return;
    target.current = undefined;
    row.querySelector<HTMLElement>("[data-control]")?.focus();
  }

  // After every render, because each may have removed the row.
  useLayoutEffect(() => {
    focusTarget();
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
      // React does not call this when the focused row is removed, which distinguishes the two cases.
      onBlur() {
        last.current = undefined;
      },
    },
    /** Moves the focus to the row with this index, now or when it is rendered. */
    moveTo(index: number) {
      target.current = index;
      focusTarget();
    },
  };
}
