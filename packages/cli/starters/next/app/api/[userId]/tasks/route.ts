import { z } from "zod";
import { guard } from "../../../../lib/guard.ts";
import { tasks } from "../../../../lib/tasks.ts";

type Context = { params: Promise<{ userId: string }> };
const route = { params: (_request: Request, { params }: Context) => params };
const NewTask = z.object({ title: z.string().min(1).max(200) });

export const GET = guard.protect(route, (_request, { principal }) =>
  Response.json({ tasks: tasks.list(principal.id) }),
);

export const POST = guard.protect(route, async (request, { principal }) => {
  const task = NewTask.safeParse(await request.json().catch(() => undefined));
  if (!task.success)
    return Response.json({ error: "Bad request", issues: task.error.issues }, { status: 400 });
  return Response.json(tasks.add(principal.id, task.data.title), { status: 201 });
});
