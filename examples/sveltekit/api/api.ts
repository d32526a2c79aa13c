import { EventEmitter, on } from "node:events";
import { Readable } from "node:stream";
import type { Verifier } from "@usher-auth/verify";
import { usher } from "@usher-auth/verify/hono";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { streamSSE } from "hono/streaming";
import type { Store } from "./store.ts";

/** Bytes. */
const maximumFileSize = 20 * 1024 * 1024;

/**
 * The guarded API. Each route has `:userId`, and the guard lets only this user through. No route below checks
 * it again.
 */
export function createApi({ verifier, store }: { verifier: Verifier; store: Store }) {
  const changes = new EventEmitter().setMaxListeners(0);
  const api = usher(new Hono(), {
    verifier,
    ownerParam: "userId",
    onReject: ({ error }) => console.warn(error.code, error.hint),
  });

  api.get("/api/:userId/tasks", (c) => c.json(store.listTasks(c.var.principal.id)));

  api.post("/api/:userId/tasks", async (c) => {
    const { title } = await readObject(c.req.raw);
    if (typeof title !== "string" || title.trim() === "" || title.length > 200)
      return c.json({ title: "A task needs a title of at most 200 characters" }, 422);
    const task = store.createTask(c.var.principal.id, title.trim());
    changes.emit(c.var.principal.id);
    return c.json(task, 201);
  });

  api.patch("/api/:userId/tasks/:taskId", async (c) => {
    const { completed } = await readObject(c.req.raw);
    if (typeof completed !== "boolean") return c.json({ title: "completed must be true or false" }, 422);
    if (!store.completeTask(c.var.principal.id, c.req.param("taskId"), completed)) return c.notFound();
    changes.emit(c.var.principal.id);
    return c.body(null, 204);
  });

  api.delete("/api/:userId/tasks/:taskId", (c) => {
    if (!store.deleteTask(c.var.principal.id, c.req.param("taskId"))) return c.notFound();
    changes.emit(c.var.principal.id);
    return c.body(null, 204);
  });

  api.get("/api/:userId/files", (c) => c.json(store.listFiles(c.var.principal.id)));

  api.post("/api/:userId/files", bodyLimit({ maxSize: maximumFileSize }), async (c) => {
    const name = c.req.query("name")?.slice(0, 200);
    if (!name || c.req.raw.body === null) return c.json({ title: "A file needs a name and a content" }, 422);
    const file = await store.saveFile(c.var.principal.id, name, c.req.raw.body);
    changes.emit(c.var.principal.id);
    return c.json(file, 201);
  });

  api.get("/api/:userId/files/:fileId", (c) => {
    const content = store.openFile(c.var.principal.id, c.req.param("fileId"));
    if (content === undefined) return c.notFound();
    // Never as a page: it has the origin of the app.
    const headers = { "content-type": "application/octet-stream", "content-disposition": "attachment" };
    return c.body(Readable.toWeb(content) as ReadableStream, 200, headers);
  });

  /**
   * Server-sent events: "change" after each change of the user's data, until the token expires. The first one
   * comes at once, because a client that opens the stream again may have missed changes.
   */
  api.get("/api/:userId/events", (c) => {
    const { id, expiresAt } = c.var.principal;
    return streamSSE(c, async (stream) => {
      const end = new AbortController();
      const expiry = setTimeout(() => end.abort(), expiresAt * 1000 - Date.now());
      stream.onAbort(() => end.abort());
      const notify = () => stream.writeSSE({ event: "change", data: "" });
      try {
        // Listens before the first event is sent, so that no change falls between.
        const later = on(changes, id, { signal: end.signal });
        await notify();
        for await (const _ of later) await notify();
      } catch (error) {
        if (!end.signal.aborted) throw error;
      } finally {
        clearTimeout(expiry);
      }
    });
  });

  return api;
}

/** The JSON object in the body, or an empty one. */
async function readObject(request: Request): Promise<Record<string, unknown>> {
  const body: unknown = await request.json().catch(() => undefined);
  return typeof body === "object" && body !== null ? { ...body } : {};
}
