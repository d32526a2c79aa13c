import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Database } from "../db.ts";
import { BadRequest } from "../http/errors.ts";
import { answers } from "../openapi/answers.ts";
import { problemResponses } from "../openapi/problem-responses.ts";
import { type Cursor, readCursor } from "../tasks/cursor.ts";
import {
  completeTask,
  createTask,
  deleteTask,
  findTask,
  listTasks,
  replaceTask,
} from "../tasks/repository.ts";
import { completion, newTask, task, taskFilter, taskPage, taskReplacement } from "../tasks/task.ts";

const userId = z.string().describe("The user's id: the `sub` of the token. Any other id is rejected.");
/** Accepts any text: for a client, a malformed id is a task that does not exist. */
const taskId = z.string().meta({ format: "uuid", description: "The task's id." });

const ofUser = z.object({ userId });
const ofTask = z.object({ userId, taskId });
const { 404: missing, 413: tooLarge, 415: notJson } = problemResponses;

/**
 * The tasks of one user. The guard requires `:userId` to be the principal's id; Postgres shows only their
 * rows.
 */
export const taskRoutes: FastifyPluginAsyncZod<{ database: Database }> = async (app, { database }) => {
  app.route({
    method: "GET",
    url: "/api/:userId/tasks",
    schema: {
      summary: "List tasks, newest first",
      operationId: "listTasks",
      tags: ["tasks"],
      params: ofUser,
      querystring: taskFilter,
      response: { 200: answers("One page of tasks", taskPage) },
    },
    handler: ({ principal, query }) => {
      const after = cursorOf(query.cursor);
      return database.withPrincipal(principal, (rows) => listTasks(rows, { ...query, after }));
    },
  });

  app.route({
    method: "POST",
    url: "/api/:userId/tasks",
    schema: {
      summary: "Add a task",
      operationId: "createTask",
      tags: ["tasks"],
      params: ofUser,
      body: newTask,
      response: { 201: answers("The new task. `Location` has its path", task), 413: tooLarge, 415: notJson },
    },
    handler: async ({ principal, body }, reply) => {
      const created = await database.withPrincipal(principal, (rows) => createTask(rows, body));
      const location = `/api/${encodeURIComponent(principal.id)}/tasks/${created.id}`;
      return reply.code(201).header("location", location).send(created);
    },
  });

  app.route({
    method: "GET",
    url: "/api/:userId/tasks/:taskId",
    schema: {
      summary: "Read a task",
      operationId: "readTask",
      tags: ["tasks"],
      params: ofTask,
      response: { 200: answers("The task", task), 404: missing },
    },
    handler: async ({ principal, params }, reply) => {
      const found = await database.withPrincipal(principal, (rows) => findTask(rows, params.taskId));
      return found ?? reply.callNotFound();
    },
  });

  app.route({
    method: "PUT",
    url: "/api/:userId/tasks/:taskId",
    schema: {
      summary: "Replace a task",
      operationId: "replaceTask",
      tags: ["tasks"],
      params: ofTask,
      body: taskReplacement,
      response: { 200: answers("The changed task", task), 404: missing, 413: tooLarge, 415: notJson },
    },
    handler: async ({ principal, params, body }, reply) => {
      const replaced = await database.withPrincipal(principal, (rows) =>
        replaceTask(rows, params.taskId, body),
      );
      return replaced ?? reply.callNotFound();
    },
  });

  app.route({
    method: "PATCH",
    url: "/api/:userId/tasks/:taskId/complete",
    schema: {
      summary: "Complete a task, or open it again",
      operationId: "completeTask",
      tags: ["tasks"],
      params: ofTask,
      body: completion,
      response: { 200: answers("The changed task", task), 404: missing, 413: tooLarge, 415: notJson },
    },
    handler: async ({ principal, params, body }, reply) => {
      const { completed } = body;
      const changed = await database.withPrincipal(principal, (rows) =>
        completeTask(rows, params.taskId, completed),
      );
      return changed ?? reply.callNotFound();
    },
  });

  app.route({
    method: "DELETE",
    url: "/api/:userId/tasks/:taskId",
    schema: {
      summary: "Delete a task",
      operationId: "deleteTask",
      tags: ["tasks"],
      params: ofTask,
      response: { 204: z.undefined().describe("The task is deleted"), 404: missing },
    },
    handler: async ({ principal, params }, reply) => {
      const wasThere = await database.withPrincipal(principal, (rows) => deleteTask(rows, params.taskId));
      return wasThere ? reply.code(204).send() : reply.callNotFound();
    },
  });
};

function cursorOf(text: string | undefined): Cursor | undefined {
  if (text === undefined) return undefined;
  const cursor = readCursor(text);
  if (cursor === undefined)
    throw new BadRequest([{ path: "query.cursor", message: "must be a nextCursor of this list" }]);
  return cursor;
}
