"use server";

import { refresh } from "next/cache";
import { requireUser, userApi } from "@/lib/user";

/** Anyone can call a server action, with anything. The user comes from the session. The API checks the rest. */
export async function addTask(form: FormData): Promise<void> {
  const user = await requireUser();
  const api = await userApi();
  const response = await api(`/api/${user.id}/tasks`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ title: form.get("title") }),
  });
  if (!response.ok) throw new Error(`The API answered ${response.status}`);
  refresh();
}
