import { Body, Controller, Delete, Get, HttpCode, NotFoundException, Param, Post } from "@nestjs/common";
import { Principal } from "@usher-auth/verify/nestjs";
import { z } from "zod";
// Not `import type`: Nest finds the class by the type of the constructor's parameter.
import { type Task, Tasks } from "./tasks.ts";

const newTask = z.object({ title: z.string().min(1).max(200) });

@Controller("api/:userId/tasks")
export class TasksController {
  constructor(private readonly tasks: Tasks) {}

  @Get()
  list(@Principal() principal: Principal): { tasks: Task[] } {
    return { tasks: this.tasks.list(principal.id) };
  }

  @Post()
  add(@Principal() principal: Principal, @Body({ schema: newTask }) body: z.infer<typeof newTask>): Task {
    return this.tasks.add(principal.id, body.title);
  }

  @Get(":taskId")
  find(@Principal() principal: Principal, @Param("taskId") taskId: string): Task {
    const task = this.tasks.find(principal.id, taskId);
    if (task === undefined) throw new NotFoundException("No such task");
    return task;
  }

  @Delete(":taskId")
  @HttpCode(204)
  delete(@Principal() principal: Principal, @Param("taskId") taskId: string): void {
    if (!this.tasks.delete(principal.id, taskId)) throw new NotFoundException("No such task");
  }
}
