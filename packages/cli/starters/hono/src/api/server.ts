import { serve } from "@hono/node-server";
import { verifierFromEnv } from "@usher-auth/verify";
import { createApp } from "./app.ts";

const { API_PORT = "3001", HOST = "localhost" } = process.env;
const app = createApp(verifierFromEnv());
serve({ fetch: app.fetch, port: Number(API_PORT), hostname: HOST }, () => {
  console.log(`API:         ${process.env.API_URL}`);
});
