"use client";

import { SignIn } from "../components/sign-in.tsx";
import { TaskList } from "../components/task-list.tsx";
import { authClient } from "../lib/auth-client.ts";

export default function Page() {
  const { data, isPending } = authClient.useSession();
  if (isPending) return <p>Loading …</p>;
  return (
    <main>
      <h1>Tasks</h1>
      {data ? <TaskList key={data.user.id} userId={data.user.id} /> : <SignIn />}
    </main>
  );
}
