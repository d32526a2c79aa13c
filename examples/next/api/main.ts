/** The API: a separate program, which shares the secret with Better Auth and nothing else. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { verifierFromEnv } from "@usher-auth/verify";
import { createRevocations, memoryRevocationStore } from "@usher-auth/verify/revocation";
import { createApp } from "./app.ts";
import { openTasks } from "./tasks.ts";

const { API_HOST = "localhost", API_PORT = "3001", DATA_DIR = ".data" } = process.env;
const { BETTER_AUTH_URL = "http://localhost:3000" } = process.env;

// In the memory of one process, for as long as a token lives. Several processes share them in Postgres.
const revocations = createRevocations({ store: memoryRevocationStore(), maxTokenAge: 300 });
const verifier = verifierFromEnv(process.env, { revocations });
await verifier.ready();

mkdirSync(DATA_DIR, { recursive: true });
const tasks = openTasks(join(DATA_DIR, "api.sqlite"));
createApp({ verifier, tasks, pages: new URL(BETTER_AUTH_URL).origin }).listen(Number(API_PORT), API_HOST);
