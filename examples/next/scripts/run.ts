/** `npm run dev` and `npm start`: Next.js and the API, which get the same secret and addresses. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const mode = process.argv[2] === "dev" ? "dev" : "start";

if (!process.env.BETTER_AUTH_SECRET) {
  const secret = randomBytes(32).toString("base64url");
  if (!existsSync(".env.local"))
    writeFileSync(".env.local", `BETTER_AUTH_SECRET=${secret}\n`, { mode: 0o600 });
  process.loadEnvFile(".env.local");
}
const { WEB_PORT = "3000", API_PORT = "3001" } = process.env;
const webUrl = `http://localhost:${WEB_PORT}`;
const apiUrl = `http://localhost:${API_PORT}`;
const env = { ...process.env, BETTER_AUTH_URL: webUrl, API_URL: apiUrl };

const next = fileURLToPath(import.meta.resolve("next/dist/bin/next"));
const watch = mode === "dev" ? ["--watch"] : [];
const programs = [
  [next, mode, "--hostname", "localhost", "--port", WEB_PORT],
  [...watch, "api/main.ts"],
].map((words) => spawn(process.execPath, words, { env, stdio: "inherit" }));

function stop(): void {
  for (const program of programs) program.kill();
}
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);
for (const program of programs) {
  program.once("exit", (code) => {
    process.exitCode ??= code ?? 0;
    stop();
  });
}

await Promise.all([untilItAnswers(`${webUrl}/sign-in`), untilItAnswers(`${apiUrl}/health`)]);
if (process.exitCode === undefined) console.log(`Web app: ${webUrl}\nAPI:     ${apiUrl}`);

async function untilItAnswers(url: string): Promise<void> {
  while (process.exitCode === undefined) {
    const isUp = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
