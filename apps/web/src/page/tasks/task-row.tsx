import { useState } from "react";
import type { Task } from "../api/tasks.ts";
import { Button } from "../ui/button.tsx";
import { ConfirmDeletion } from "./confirm-deletion.tsx";
import { EditDialog } from "./edit-dialog.tsx";
import { isPending, type TaskChange } from "./task-pages.ts";

type Props = { task: Task; onChange: (change: TaskChange) => void };

export function TaskRow({ task, onChange }: Props) {
  const [isEditing, setIsEditing] = useState(false);
  const [isDeleting, setIsDeleting] = useState(false);
  // The focus returns to the button of a question that was answered with "keep".
  const [hasAsked, setHasAsked] = useState(false);
  // The API has not stored it yet, so it cannot be changed.
  const isUnsaved = isPending(task);

  return (
    <li className={`flex flex-wrap items-start gap-x-2 gap-y-1 px-4 py-3 ${isUnsaved ? "opacity-75" : ""}`}>
      <div className="min-w-0 flex-1 basis-48">
        <label className="flex items-start gap-3 py-1">
          <input
            type="checkbox"
            data-control="complete"
            className="mt-1 size-4.5 shrink-0 accent-accent"
            checked={task.completed}
            disabled={isUnsaved}
            onChange={(event) => onChange({ kind: "complete", task, completed: event.target.checked })}
          />
          <span className={`wrap-anywhere ${task.completed ? "text-muted line-through" : ""}`}>
            {task.title}
          </span>
        </label>
        {task.notes && (
          <p className="wrap-anywhere mb-1 ml-7.5 whitespace-pre-line text-muted text-sm">{task.notes}</p>
        )}
      </div>
      {isDeleting ? (
        <ConfirmDeletion
          title={task.title}
          onConfirm={() => onChange({ kind: "delete", task })}
          onCancel={() => setIsDeleting(false)}
        />
      ) : (
        <div className="-mr-2 ml-auto flex">
          <Button
            look="quiet"
            data-control="edit"
            aria-label={`Edit ${task.title}`}
            disabled={isUnsaved}
            onClick={() => setIsEditing(true)}
          >
            Edit
          </Button>
          <Button
            look="quiet"
            data-control="delete"
            aria-label={`Delete ${task.title}`}
            disabled={isUnsaved}
            autoFocus={hasAsked}
            onClick={() => {
              setHasAsked(true);
              setIsDeleting(true);
            }}
          >
            Delete
          </Button>
        </div>
      )}
      {isEditing && (
        <EditDialog
          task={task}
          onSave={(text) => onChange({ kind: "edit", task, text })}
          onClose={() => setIsEditing(false)}
        />
      )}
    </li>
  );
}
