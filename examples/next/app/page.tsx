import Link from "next/link";

/** The same for everyone, so it is rendered at build time. */
export default function HomePage() {
  return (
    <main>
      <h1>Tasks</h1>
      <p>Next.js with Better Auth, and an API in Express that verifies its tokens.</p>
      <p className="row">
        <Link href="/sign-in">Sign in</Link>
        <Link href="/tasks">Your tasks</Link>
      </p>
    </main>
  );
}
