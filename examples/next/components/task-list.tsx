import type { Task } from "@/lib/task";

export function TaskList({ tasks }: { tasks: readonly Task[] }) {
  if (tasks.length === 0) return <p className="note">No tasks yet.</p>;
  return (
    <ul className="tasks">
      {tasks.map(({ id, title }) => (
        <li key={id}>{title}</li>
      ))}
    </ul>
  );
}
