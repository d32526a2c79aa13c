export type Task = { id: string; title: string };

/** Reads a list of tasks from a response of the API. */
export async function readTasks(response: Response): Promise<Task[]> {
  if (!response.ok) throw new Error(`The API answered ${response.status}`);
  const { tasks } = (await response.json()) as { tasks: Task[] };
  return tasks;
}
