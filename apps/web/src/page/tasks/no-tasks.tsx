import type { TaskFilter } from "../api/tasks.ts";

const texts: Record<TaskFilter, { title: string; hint: string }> = {
  all: { title: "No tasks yet", hint: "Add your first task above. Only you can see it." },
  open: { title: "Nothing left to do", hint: "Every task is done." },
  done: { title: "Nothing done yet", hint: "Completed tasks appear here." },
};

export function NoTasks({ filter }: { filter: TaskFilter }) {
  return (
    <div className="rounded-2xl border border-line border-dashed px-6 py-12 text-center">
      <p className="font-medium">{texts[filter].title}</p>
      <p className="mt-1 text-muted text-sm">{texts[filter].hint}</p>
    </div>
  );
}
