import { useId, useLayoutEffect, useRef } from "react";
import type { Task, TaskText } from "../api/tasks.ts";
import { Button } from "../ui/button.tsx";
import { Field, TextArea } from "../ui/field.tsx";
import { NOTES_LENGTH, readTaskText, TITLE_LENGTH } from "./task-text.ts";

type Props = { task: Task; onSave: (text: TaskText) => void; onClose: () => void };

/**
 * The browser's modal dialog. It traps the focus, closes on Escape, and restores the focus.
 *
 * It is open as long as it is rendered, so each way to close it calls `onClose` at once. The browser's `close`
 * event comes some milliseconds after the dialog is gone, and must not end the next one.
 */
export function EditDialog({ task, onSave, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const headingId = useId();

  // Closed before it is removed, because only then does the browser restore the focus.
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);

  return (
    <dialog
      ref={dialog}
      aria-labelledby={headingId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClose={() => {
        // The browser may close it without a `cancel` event. In development, React opens it, closes it and opens
        // it again: it is open by the time of that event.
        if (dialog.current?.open === false) onClose();
      }}
      className="m-auto w-[calc(100%-2rem)] max-w-lg rounded-2xl border border-line bg-surface p-6 text-ink"
    >
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          const text = readTaskText(new FormData(event.currentTarget));
          if (text === undefined) return;
          onSave(text);
          onClose();
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
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary">
            Save
          </Button>
        </div>
      </form>
    </dialog>
  );
}
