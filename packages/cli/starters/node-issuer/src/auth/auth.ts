import { DatabaseSync } from "node:sqlite";
import { usherJwt } from "@usher-auth/issuer";
import { betterAuth } from "better-auth";

const { API_URL, BETTER_AUTH_URL } = process.env;
if (!API_URL || !BETTER_AUTH_URL) throw new Error("API_URL or BETTER_AUTH_URL is not set: see .env.example");

/** Better Auth: users and their sessions. It issues the tokens for the API. */
export const auth = betterAuth({
  baseURL: BETTER_AUTH_URL,
  database: new DatabaseSync("auth.sqlite"),
  emailAndPassword: { enabled: true },
  user: { deleteUser: { enabled: true } },
  plugins: [usherJwt({ audience: API_URL })],
});
