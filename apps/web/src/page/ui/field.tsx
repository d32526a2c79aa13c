import { type ComponentProps, useId } from "react";

const box =
  "w-full rounded-lg border border-field bg-surface px-3 py-2.5 text-base placeholder:text-muted sm:text-sm sm:py-2";

type Shared = { label: string; hint?: string };

/** A text input with a label and an optional hint, which screen readers read too. */
export function Field({ label, hint, ...rest }: Shared & ComponentProps<"input">) {
  const id = useId();
  return (
    <div className="grid gap-1.5">
      <label htmlFor={id} className="font-medium text-sm">
        {label}
      </label>
      <input id={id} aria-describedby={hint && `${id}-hint`} className={box} {...rest} />
      {hint && (
        <p id={`${id}-hint`} className="text-muted text-sm">
          {hint}
        </p>
      )}
    </div>
  );
}

export function TextArea({ label, ...rest }: { label: string } & ComponentProps<"textarea">) {
  const id = useId();
  return (
    <div className="grid gap-1.5">
      <label htmlFor={id} className="font-medium text-sm">
        {label}
      </label>
      <textarea id={id} className={box} {...rest} />
    </div>
  );
}
