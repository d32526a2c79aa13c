import { type ComponentProps, type ReactNode, useId } from "react";

const box =
  "w-full rounded-lg border border-field bg-surface px-3 py-2.5 text-base placeholder:text-muted sm:text-sm sm:py-2";

/** A text input with a label and an optional hint, which screen readers read too. */
export function Field({ label, hint, ...rest }: { label: string; hint?: string } & ComponentProps<"input">) {
  const id = useId();
  return (
    <Labelled id={id} label={label}>
      <input id={id} aria-describedby={hint && `${id}-hint`} className={box} {...rest} />
      {hint && (
        <p id={`${id}-hint`} className="text-muted text-sm">
          {hint}
        </p>
      )}
    </Labelled>
  );
}

/** A text area with a label. */
export function TextArea({ label, ...rest }: { label: string } & ComponentProps<"textarea">) {
  const id = useId();
  return (
    <Labelled id={id} label={label}>
      <textarea id={id} className={box} {...rest} />
    </Labelled>
  );
}

function Labelled({ id, label, children }: { id: string; label: string; children: ReactNode }) {
  return (
    <div className="grid gap-1.5">
      <label htmlFor={id} className="font-medium text-sm">
        {label}
      </label>
      {children}
    </div>
  );
}
