/** Next.js calls this once, when a server starts. The build does not. */
export async function register() {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  // Creates Better Auth's tables. With a database that several servers share, run `npx auth migrate` instead.
  const { auth } = await import("./lib/auth.ts");
  const { getMigrations } = await import("better-auth/db/migration");
  const { runMigrations } = await getMigrations(auth.options);
  await runMigrations();
}
