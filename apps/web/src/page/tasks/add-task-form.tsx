import { useRef, useState } from "react";
import type { TaskText } from "../api/tasks.ts";
import { Button } from "../ui/button.tsx";
import { Field, TextArea } from "../ui/field.tsx";
import { NOTES_LENGTH, readTaskText, TITLE_LENGTH } from "./task-text.ts";

export function AddTaskForm({ onAdd }: { onAdd: (text: TaskText) => void }) {
  const [hasNotes, setHasNotes] = useState(false);
  const title = useRef<HTMLInputElement>(null);

  return (
    <form
      className="grid gap-3 rounded-2xl border border-line bg-surface p-4"
      onSubmit={(event) => {
        event.preventDefault();
        const text = readTaskText(new FormData(event.currentTarget));
        title.current?.focus();
        if (text === undefined) return;
        onAdd(text);
        event.currentTarget.reset();
        setHasNotes(false);
      }}
    >
      <Field
        ref={title}
        label="New task"
        name="title"
        placeholder="What needs to be done?"
        autoComplete="off"
        required
        maxLength={TITLE_LENGTH}
      />
      {hasNotes && (
        <TextArea label="Notes (optional)" name="notes" rows={3} maxLength={NOTES_LENGTH} autoFocus />
      )}
      <div className="flex items-center justify-between gap-3">
        <Button
          look="quiet"
          className="-ml-2.5"
          aria-expanded={hasNotes}
          onClick={() => setHasNotes(!hasNotes)}
        >
          {hasNotes ? "Remove notes" : "Add notes"}
        </Button>
        <Button type="submit" look="primary">
          Add task
        </Button>
      </div>
    </form>
  );
}
