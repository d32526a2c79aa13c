import Link from "next/link";
import type { ReactNode } from "react";
import { ApiProvider } from "@/components/api-provider";
import { SignOutButton } from "@/components/sign-out-button";
import { apiUrl } from "@/lib/settings";
import { requireUser } from "@/lib/user";

/** Pages of a signed-in user. Each page calls requireUser() too: a layout is not rendered again on navigation. */
export default async function UserLayout({ children }: { children: ReactNode }) {
  const user = await requireUser();
  return (
    <>
      <header className="row">
        <nav className="row">
          <Link href="/tasks">Server</Link>
          <Link href="/browser">Browser</Link>
          <Link href="/same-site">Same site</Link>
        </nav>
        <span className="note">{user.email}</span>
        <SignOutButton />
      </header>
      <main>
        <ApiProvider apiUrl={apiUrl} userId={user.id}>
          {children}
        </ApiProvider>
      </main>
    </>
  );
}
