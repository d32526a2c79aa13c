import { useEffect, useId, useRef } from "react";
import type { Task, TaskText } from "../api/tasks.ts";
import { Button } from "../ui/button.tsx";
import { Field, TextArea } from "../ui/field.tsx";
import { NOTES_LENGTH, readTaskText, TITLE_LENGTH } from "./task-text.ts";

type Props = { task: Task; onSave: (text: TaskText) => void; onClose: () => void };

/** The browser's modal dialog. It traps the focus, closes on Escape, and restores the focus. */
export function EditDialog({ task, onSave, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const headingId = useId();

  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);

  return (
    <dialog
      ref={dialog}
      aria-labelledby={headingId}
      onClose={onClose}
      className="m-auto w-[calc(100%-2rem)] max-w-lg rounded-2xl border border-line bg-surface p-6 text-ink"
    >
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          const text = readTaskText(new FormData(event.currentTarget));
          if (text === undefined) return;
          onSave(text);
          dialog.current?.close();
        }}
      >
        <h2 id={headingId} className="font-semibold text-lg">
          Edit task
        </h2>
        <Field
          label="Title"
          name="title"
          defaultValue={task.title}
          autoComplete="off"
          required
          maxLength={TITLE_LENGTH}
        />
        <TextArea
          label="Notes"
          name="notes"
          defaultValue={task.notes ?? ""}
          rows={5}
          maxLength={NOTES_LENGTH}
        />
        <div className="flex justify-end gap-3">
          <Button onClick={() => dialog.current?.close()}>Cancel</Button>
          <Button type="submit" look="primary">
            Save
          </Button>
        </div>
      </form>
    </dialog>
  );
}
