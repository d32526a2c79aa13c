/**
 * Scrolls so that the answer can be read, if it cannot: below its button on a narrow screen, beside the
 * buttons on a wide one.
 */
export function reveal(button: HTMLElement, answer: HTMLElement): void {
  const { top, bottom, left } = answer.getBoundingClientRect();
  const isBeside = left >= button.getBoundingClientRect().right;
  const isInView = top >= 0 && (bottom <= innerHeight || (isBeside && top < innerHeight / 2));
  if (isInView) return;
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const target = isBeside ? answer : button;
  target.scrollIntoView({ block: "start", behavior: isCalm ? "auto" : "smooth" });
}
