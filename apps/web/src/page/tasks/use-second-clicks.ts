import { type MouseEvent, useRef } from "react";

/** Milliseconds and pixels between the two clicks of a double click, at most. */
const [pause, distance] = [500, 8];

/**
 * Ignores the second click of a double click if the first one has put another control under the pointer, as
 * when a row is removed: the user did not mean that one. Clicks of the keyboard are never ignored.
 *
 * @returns a handler for `onClickCapture` of an element around the controls
 */
export function useSecondClicks() {
  const first = useRef<{ control: Element | null; x: number; y: number; at: number } | undefined>(undefined);

  return (event: MouseEvent): void => {
    // Clicks of the keyboard have no count.
    if (event.detail === 0) return;
    const { clientX: x, clientY: y, timeStamp: at } = event;
    const control = controlOf(event.target);
    const before = first.current;
    first.current = { control, x, y, at };
    if (before === undefined || before.control === control) return;
    if (at - before.at < pause && Math.hypot(x - before.x, y - before.y) < distance) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
}

/** A label and its checkbox are one control: the browser passes the click on. */
function controlOf(target: EventTarget): Element | null {
  return target instanceof Element ? target.closest("label, button") : null;
}
