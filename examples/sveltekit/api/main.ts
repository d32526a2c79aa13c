/** The API: a separate program, without a secret. It verifies tokens with Better Auth's public keys. */
import { serve } from "@hono/node-server";
import { verifierFromEnv } from "@usher-auth/verify";
import { createApi } from "./api.ts";
import { openStore } from "./store.ts";

const { API_HOST = "127.0.0.1", API_PORT = "3001", DATA_DIR = ".data" } = process.env;

const api = createApi({ verifier: verifierFromEnv(), store: openStore(DATA_DIR) });

serve({ fetch: api.fetch, port: Number(API_PORT), hostname: API_HOST }, () => {
  console.log(`API: http://localhost:${API_PORT}`);
});
