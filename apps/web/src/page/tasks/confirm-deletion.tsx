import { Button } from "../ui/button.tsx";

type Props = { title: string; onConfirm: () => void; onCancel: () => void };

/** Asks before a task is deleted, in its row. The focus is on the safe answer. */
export function ConfirmDeletion({ title, onConfirm, onCancel }: Props) {
  return (
    <fieldset
      className="ml-auto flex flex-wrap items-center gap-2"
      onKeyDown={(event) => {
        if (event.key === "Escape") onCancel();
      }}
    >
      <legend className="sr-only">Delete “{title}”?</legend>
      <span className="text-sm" aria-hidden="true">
        Delete it?
      </span>
      <Button look="danger" data-control="delete" aria-label={`Yes, delete ${title}`} onClick={onConfirm}>
        Yes, delete
      </Button>
      <Button data-control="delete" aria-label={`Keep ${title}`} autoFocus onClick={onCancel}>
        Keep
      </Button>
    </fieldset>
  );
}
