import { error, fail, redirect } from "@sveltejs/kit";
import { SignedOutError } from "@usher-auth/client/server";
import type { Actions, PageServerLoad, RequestEvent } from "./$types";

type Task = { id: string; title: string; completed: boolean };
type StoredFile = { id: string; name: string; size: number };

export const load: PageServerLoad = async ({ locals, depends }) => {
  depends("app:tasks");
  const user = locals.user ?? redirect(303, "/sign-in");
  const [tasks, files] = await Promise.all([
    get<Task[]>(locals, `/api/${user.id}/tasks`),
    get<StoredFile[]>(locals, `/api/${user.id}/files`),
  ]);
  return { user, tasks, files };
};

export const actions: Actions = {
  create: (event) => change(event, "POST", "", (form) => ({ title: form.get("title") })),
  complete: (event) => change(event, "PATCH", "id", () => ({ completed: true })),
  delete: (event) => change(event, "DELETE", "id"),
};

/** Reads from the API, as the user of the request. */
async function get<Body>(locals: App.Locals, path: string): Promise<Body> {
  const response = await callApi(locals, path);
  if (!response.ok) error(502, "The API does not answer as expected");
  return (await response.json()) as Body;
}

/** Changes tasks, or the one that the form's field `idField` names. */
async function change(
  { locals, request }: RequestEvent,
  method: string,
  idField: "id" | "",
  body?: (form: FormData) => object,
) {
  const user = locals.user ?? redirect(303, "/sign-in");
  const form = await request.formData();
  const id = idField && `/${encodeURIComponent(String(form.get(idField)))}`;
  const response = await callApi(locals, `/api/${user.id}/tasks${id}`, {
    method,
    ...(body && { body: JSON.stringify(body(form)), headers: { "content-type": "application/json" } }),
  });
  if (!response.ok) return fail(response.status, { message: "The change was not saved." });
  return { message: "" };
}

/** The session may end between the lookup of the user and the call. */
async function callApi(locals: App.Locals, path: string, init?: RequestInit): Promise<Response> {
  try {
    return await locals.api(path, init);
  } catch (cause) {
    if (cause instanceof SignedOutError) redirect(303, "/sign-in");
    console.error(cause);
    error(503, "The API cannot be reached");
  }
}
