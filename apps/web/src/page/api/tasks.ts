import type { ApiClient } from "@usher-auth/client";
import { readProblem, rethrowReadably } from "./problem.ts";

export type Task = {
  id: string;
  title: string;
  notes: string | null;
  completed: boolean;
  createdAt: string;
  updatedAt: string;
};

export type TaskPage = { tasks: Task[]; nextCursor: string | null };

export type TaskFilter = "all" | "open" | "done";

/** A task's text. Empty notes are not stored. */
export type TaskText = { title: string; notes: string };

/** Operations on one user's tasks. Each throws an ApiProblem for an error response. */
export type TasksApi = {
  list(query: { status: TaskFilter; cursor: string | undefined }): Promise<TaskPage>;
  add(text: TaskText): Promise<Task>;
  replace(task: Task, text: TaskText): Promise<Task>;
  setCompleted(task: Task, completed: boolean): Promise<Task>;
  remove(task: Task): Promise<void>;
};

export function createTasksApi(client: ApiClient, userId: string): TasksApi {
  const collection = `api/${encodeURIComponent(userId)}/tasks`;
  const item = ({ id }: Task): string => `${collection}/${encodeURIComponent(id)}`;

  async function request(path: string, init?: RequestInit): Promise<Response> {
    const response = await client(path, init).catch(rethrowReadably);
    if (!response.ok) throw await readProblem(response);
    return response;
  }

  return {
    async list({ status, cursor }) {
      const query = new URLSearchParams({ status, limit: "20" });
      if (cursor !== undefined) query.set("cursor", cursor);
      return (await request(`${collection}?${query}`)).json();
    },
    async add(text) {
      return (await request(collection, json("POST", body(text)))).json();
    },
    async replace(task, text) {
      return (await request(item(task), json("PUT", { ...body(text), completed: task.completed }))).json();
    },
    async setCompleted(task, completed) {
      return (await request(`${item(task)}/complete`, json("PATCH", { completed }))).json();
    },
    async remove(task) {
      await request(item(task), { method: "DELETE" });
    },
  };
}

function body({ title, notes }: TaskText): { title: string; notes?: string } {
  return notes === "" ? { title } : { title, notes };
}

function json(method: string, content: unknown): RequestInit {
  return { method, headers: { "content-type": "application/json" }, body: JSON.stringify(content) };
}
