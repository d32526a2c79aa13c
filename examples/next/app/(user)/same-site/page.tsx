import { SameSiteTasks } from "@/components/same-site-tasks";
import { requireUser } from "@/lib/user";

export default async function SameSitePage() {
  const user = await requireUser();
  return (
    <>
      <h1>Tasks of {user.name}</h1>
      <p className="note">The browser calls this origin with its cookie, and the server calls the API.</p>
      <SameSiteTasks userId={user.id} />
    </>
  );
}
