import { BrowserTasks } from "@/components/browser-tasks";
import { requireUser } from "@/lib/user";

export default async function BrowserPage() {
  const user = await requireUser();
  return (
    <>
      <h1>Tasks of {user.name}</h1>
      <p className="note">The browser calls the API, on another origin, with a token.</p>
      <BrowserTasks userId={user.id} />
    </>
  );
}
