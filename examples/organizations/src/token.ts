/** `npm run --silent token alice`: prints a token of one of the people in people.ts, from the running server. */
import type { Name } from "./people.ts";
import { signIn } from "./sign-in.ts";

const { AUTH_PORT = "3000" } = process.env;
const session = await signIn(`http://localhost:${AUTH_PORT}`, (process.argv[2] ?? "alice") as Name);
process.stdout.write(`${await session.token()}\n`);
