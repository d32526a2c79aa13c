import { DatabaseSync } from "node:sqlite";
import { usherJwt } from "@usher-auth/issuer";
import { betterAuth } from "better-auth";
import { nextCookies } from "better-auth/next-js";

const { API_URL = "http://localhost:3000", BETTER_AUTH_URL = "http://localhost:3000" } = process.env;

/** Better Auth: users and their sessions. It issues the tokens for the API. */
export const auth = betterAuth({
  baseURL: BETTER_AUTH_URL,
  database: new DatabaseSync("auth.sqlite"),
  emailAndPassword: { enabled: true },
  user: { deleteUser: { enabled: true } },
  plugins: [usherJwt({ audience: API_URL }), nextCookies()],
});
