import { readProblem } from "@usher-auth/client";
import { api } from "./api";

export type Task = { readonly id: string; readonly title: string };

/** The tasks of a user, who must be the signed-in one. */
export const tasksOf = (userId: string) => ({
  list: async (): Promise<Task[]> => (await call(`/users/${userId}/tasks`)).json(),
  add: (title: string) => call(`/users/${userId}/tasks`, "POST", { title }),
  /** The API asks for a recent sign-in. */
  removeAll: () => call(`/users/${userId}/tasks`, "DELETE"),
});

async function call(path: string, method = "GET", body?: unknown): Promise<Response> {
  const response = await api(path, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
  });
  if (response.ok) return response;
  const problem = await readProblem(response);
  throw new Error(problem?.detail ?? `The API answered ${response.status}.`);
}
