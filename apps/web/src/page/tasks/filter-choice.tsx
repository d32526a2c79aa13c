import type { TaskFilter } from "../api/tasks.ts";

const choices: { value: TaskFilter; label: string }[] = [
  { value: "all", label: "All" },
  { value: "open", label: "Open" },
  { value: "done", label: "Done" },
];

type Props = { value: TaskFilter; onChange: (filter: TaskFilter) => void };

/** Radio buttons, so that the arrow keys work as users expect. */
export function FilterChoice({ value, onChange }: Props) {
  return (
    <fieldset className="flex rounded-lg border border-line bg-sunken p-0.5">
      <legend className="sr-only">Show</legend>
      {choices.map((choice) => (
        <label
          key={choice.value}
          className="relative rounded-md px-3 py-1.5 text-muted text-sm has-checked:bg-surface has-checked:font-medium has-checked:text-ink has-checked:shadow-sm dark:has-checked:bg-line has-focus-visible:outline-2 has-focus-visible:outline-accent"
        >
          <input
            type="radio"
            name="filter"
            className="absolute inset-0 cursor-pointer appearance-none outline-none"
            checked={choice.value === value}
            onChange={() => onChange(choice.value)}
          />
          {choice.label}
        </label>
      ))}
    </fieldset>
  );
}
