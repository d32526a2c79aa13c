/** Next.js calls this once, when a server starts. The build does not. */
export async function register() {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  for (const name of ["BETTER_AUTH_SECRET", "BETTER_AUTH_URL", "API_URL"])
    if (!process.env[name]) throw new Error(`${name} is not set: see .env`);

  // Creates Better Auth's tables. With a database that several servers share, run `npx auth migrate` instead.
  const { auth } = await import("@/lib/auth");
  const { getMigrations } = await import("better-auth/db/migration");
  await (await getMigrations(auth.options)).runMigrations();
}
