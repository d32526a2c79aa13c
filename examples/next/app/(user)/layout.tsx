import Link from "next/link";
import { type ReactNode, Suspense } from "react";
import { ApiProvider } from "@/components/api-provider";
import { SignOutButton } from "@/components/sign-out-button";
import { apiUrl } from "@/lib/settings";
import { requireUser } from "@/lib/user";
import Loading from "./loading";

/** Pages of a signed-in user. They differ for each request, so `next build` leaves them out (Suspense). */
export default function UserLayout({ children }: { children: ReactNode }) {
  return (
    <Suspense fallback={<Loading />}>
      <SignedIn>{children}</SignedIn>
    </Suspense>
  );
}

/** Each page calls requireUser() too: Next.js does not render a layout again when only the page changes. */
async function SignedIn({ children }: { children: ReactNode }) {
  const user = await requireUser();
  return (
    <ApiProvider apiUrl={apiUrl} userId={user.id}>
      <header className="row">
        <nav className="row">
          <Link href="/tasks">Server</Link>
          <Link href="/browser">Browser</Link>
          <Link href="/same-site">Same site</Link>
        </nav>
        <span className="note">{user.email}</span>
        <SignOutButton />
      </header>
      <main>{children}</main>
    </ApiProvider>
  );
}
