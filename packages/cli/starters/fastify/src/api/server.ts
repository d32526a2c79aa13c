import { verifierFromEnv } from "@usher-auth/verify";
import { createApp } from "./app.ts";

const { API_PORT = "3001", HOST = "localhost" } = process.env;
const app = await createApp(verifierFromEnv(), { logger: true });
await app.listen({ port: Number(API_PORT), host: HOST });
