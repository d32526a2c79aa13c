"use client";

import { useCallback, useEffect, useState } from "react";
import { readTasks, type Task } from "@/lib/task";
import { TaskForm } from "./task-form";
import { TaskList } from "./task-list";

/** Tasks that the page itself loads and adds. `send` is a `fetch` of the list's address. */
export function LiveTasks({ send }: { send: (init?: RequestInit) => Promise<Response> }) {
  const [tasks, setTasks] = useState<Task[]>();
  const [error, setError] = useState<string>();

  const attempt = useCallback(async (action: () => Promise<void>) => {
    try {
      setError(undefined);
      await action();
    } catch (cause) {
      setError(cause instanceof Error ? cause.message : String(cause));
    }
  }, []);
  const load = useCallback(async () => setTasks(await readTasks(await send())), [send]);
  useEffect(() => void attempt(load), [attempt, load]);

  const add = (form: FormData) =>
    attempt(async () => {
      const body = JSON.stringify({ title: form.get("title") });
      const headers = { "content-type": "application/json" };
      const response = await send({ method: "POST", headers, body });
      if (!response.ok) throw new Error(`The API answered ${response.status}`);
      await load();
    });

  return (
    <>
      <TaskForm action={add} />
      {error !== undefined && (
        <p role="alert">
          {error}{" "}
          <button type="button" onClick={() => attempt(load)}>
            Try again
          </button>
        </p>
      )}
      {tasks === undefined ? <p role="status">Loading …</p> : <TaskList tasks={tasks} />}
    </>
  );
}
