/** `npm start` and `npm run dev`: the web app and the API, as two processes on this machine. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const { WEB_PORT = "3000", API_PORT = "3001", DATA_DIR = ".data" } = process.env;
const BETTER_AUTH_URL = `http://localhost:${WEB_PORT}`;
const API_URL = `http://localhost:${API_PORT}`;
const shared = { WEB_PORT, API_PORT, DATA_DIR, BETTER_AUTH_URL, API_URL };
const isDevelopment = process.argv.includes("--dev");

const web = isDevelopment
  ? ["node_modules/vite/bin/vite.js", "dev", "--port", WEB_PORT, "--strictPort"]
  : ["server/web.ts"];
const { BETTER_AUTH_SECRET: ownSecret, ...environment } = process.env;
start(web, { BETTER_AUTH_SECRET: ownSecret ?? keptSecret() });
// The API has no secret.
start(["api/main.ts"], { USHER_JWKS_URL: `${BETTER_AUTH_URL}/api/auth/jwks` });

function start(args: string[], own: Record<string, string>): void {
  const child = spawn(process.execPath, args, {
    env: { ...environment, ...shared, ...own },
    stdio: "inherit",
  });
  // Neither runs without the other.
  child.once("exit", (code) => process.exit(code ?? 1));
  process.once("exit", () => child.kill());
}

/** Created at the first start. In production, it comes from where your other secrets are. */
function keptSecret(): string {
  const file = join(DATA_DIR, "secret");
  if (!existsSync(file)) {
    mkdirSync(DATA_DIR, { recursive: true });
    writeFileSync(file, randomBytes(32).toString("base64url"), { mode: 0o600 });
  }
  return readFileSync(file, "utf8");
}

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(0));
