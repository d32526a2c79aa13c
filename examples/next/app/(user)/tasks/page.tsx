import { TaskForm } from "@/components/task-form";
import { TaskList } from "@/components/task-list";
import { readTasks } from "@/lib/task";
import { requireUser, userApi } from "@/lib/user";
import { addTask } from "./actions";

/** Rendered on the server, which calls the API with the token of this request's user. */
export default async function TasksPage() {
  const user = await requireUser();
  const api = await userApi();
  const tasks = await readTasks(await api(`/api/${user.id}/tasks`));
  return (
    <>
      <h1>Tasks of {user.name}</h1>
      <p className="note">A server component read them. A server action adds one.</p>
      <TaskForm action={addTask} />
      <TaskList tasks={tasks} />
    </>
  );
}
