import type { ComponentProps } from "react";

const looks = {
  plain: "border border-field bg-surface px-3.5 py-2 text-ink hover:bg-sunken",
  primary: "bg-accent px-4 py-2.5 text-on-accent hover:bg-accent-strong",
  danger: "border border-bad bg-bad-soft px-3.5 py-2 text-bad hover:bg-surface",
  quiet: "px-2.5 py-2 text-muted hover:bg-sunken hover:text-ink",
  link: "text-accent underline underline-offset-4 hover:text-accent-strong",
} as const;

type Props = ComponentProps<"button"> & {
  look?: keyof typeof looks;
  /**
   * Its last action is still pending. It ignores clicks and keeps the focus, which `disabled` would remove.
   */
  isBusy?: boolean;
};

export function Button({
  look = "plain",
  type = "button",
  isBusy = false,
  className = "",
  onClick,
  ...rest
}: Props) {
  return (
    <button
      type={type}
      aria-disabled={isBusy || undefined}
      onClick={isBusy ? (event) => event.preventDefault() : onClick}
      className={`shrink-0 rounded-lg font-medium text-sm disabled:opacity-60 aria-disabled:opacity-60 motion-safe:transition-colors ${looks[look]} ${className}`}
      {...rest}
    />
  );
}
