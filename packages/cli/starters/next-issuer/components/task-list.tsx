"use client";

import { type ApiClient, betterAuthToken, createApiClient } from "@usher-auth/client";
import { useEffect, useState } from "react";
import { authClient } from "../lib/auth-client.ts";
import type { Task } from "../lib/tasks.ts";

/** The tasks of the signed-in user. The client sends the user's token to the API, and renews it. */
export function TaskList({ userId }: { userId: string }) {
  const [api, setApi] = useState<ApiClient>();
  const [tasks, setTasks] = useState<Task[]>([]);
  const [message, setMessage] = useState<string>();
  const url = `/api/${userId}/tasks`;

  useEffect(() => {
    const client = createApiClient({
      baseURL: window.location.origin,
      getToken: betterAuthToken(authClient),
      userId,
    });
    setApi(() => client);
    client(url)
      .then(async (response) => setTasks((await response.json()).tasks))
      .catch((error: unknown) => setMessage(String(error)));
    return () => client.close();
  }, [url, userId]);

  async function add(form: FormData) {
    const response = await api?.(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ title: form.get("title") }),
    });
    if (response?.ok) setTasks([...tasks, await response.json()]);
    else setMessage(`The API answered ${response?.status}`);
  }

  return (
    <>
      <ul>
        {tasks.map(({ id, title }) => (
          <li key={id}>{title}</li>
        ))}
      </ul>
      <form action={add}>
        <input name="title" aria-label="New task" maxLength={200} required />
        <button type="submit">Add</button>
      </form>
      {message && <p role="alert">{message}</p>}
      <button type="button" onClick={() => authClient.signOut()}>
        Sign out
      </button>
    </>
  );
}
