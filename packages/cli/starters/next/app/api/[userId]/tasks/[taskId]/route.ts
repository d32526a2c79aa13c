import { guard } from "../../../../../lib/guard.ts";
import { tasks } from "../../../../../lib/tasks.ts";

type Context = { params: Promise<{ userId: string; taskId: string }> };
const route = { params: (_request: Request, { params }: Context) => params };
const noSuchTask = () => Response.json({ error: "No such task" }, { status: 404 });

export const GET = guard.protect(route, (_request, { principal, params }) => {
  const task = tasks.find(principal.id, params.taskId);
  return task ? Response.json(task) : noSuchTask();
});

export const DELETE = guard.protect(route, (_request, { principal, params }) =>
  tasks.delete(principal.id, params.taskId) ? new Response(null, { status: 204 }) : noSuchTask(),
);
