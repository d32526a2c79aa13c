"use client";

import { useFormStatus } from "react-dom";

/** @param action - a server action, or a function of the page */
export function TaskForm({ action }: { action: (form: FormData) => Promise<void> }) {
  return (
    <form action={action} className="row">
      <input name="title" aria-label="New task" placeholder="New task" required maxLength={200} />
      <SubmitButton />
    </form>
  );
}

function SubmitButton() {
  const { pending } = useFormStatus();
  return (
    <button type="submit" disabled={pending}>
      Add
    </button>
  );
}
