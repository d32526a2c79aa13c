import { verifierFromEnv } from "@usher-auth/verify";
import { createApp } from "./app.ts";

const { API_PORT = "3001", HOST = "localhost" } = process.env;
createApp(verifierFromEnv()).listen(Number(API_PORT), HOST, (error) => {
  if (error) throw error;
  console.log(`API:         ${process.env.API_URL}`);
});
