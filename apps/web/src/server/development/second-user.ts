import type { Auth } from "../auth/auth.ts";
import { tasksUrl } from "./tasks-url.ts";

/** Another user of the demo, with tasks that no one else may see. */
export interface SecondUser {
  readonly id: string;
  readonly name: string;
  /** How many tasks they have at the API. */
  readonly tasks: number;
}

const person = { name: "Grace Hopper", email: "grace.hopper@second-user.example", emailVerified: false };

const titles = ["Call the compiler team", "Find the moth", "Order eleven inches of wire"];

/** Milliseconds for a request to the API. */
const deadline = 5000;

/**
 * Finds the second user, or creates them, with tasks at the API. Nobody can sign in as them: they have no
 * password. Their token comes from Better Auth, as any job of a server may ask for one.
 *
 * @throws {Error} when the API does not answer, or refuses
 */
export async function secondUser(auth: Auth, apiUrl: string): Promise<SecondUser> {
  const { id, name } = await findOrCreate(auth);
  const url = tasksUrl(apiUrl, id);
  const token = await tokenOfUser(auth, id);
  let tasks = await countTasks(url, token);
  if (tasks === 0) {
    for (const title of titles) await addTask(url, token, title);
    tasks = await countTasks(url, token);
  }
  return { id, name, tasks };
}

/** A token for the second user, without a session. */
export async function secondUserToken(auth: Auth): Promise<string> {
  return await tokenOfUser(auth, (await findOrCreate(auth)).id);
}

async function tokenOfUser(auth: Auth, sub: string): Promise<string> {
  return (await auth.api.signJWT({ body: { payload: { sub } } })).token;
}

async function findOrCreate(auth: Auth): Promise<{ id: string; name: string }> {
  const { internalAdapter: users } = await auth.$context;
  const found = await users.findUserByEmail(person.email, { includeAccounts: true });
  // Someone signed up with this address: their tokens and tasks are their own.
  if (found?.accounts.length) throw new Error(`${person.email} is the account of someone who can sign in`);
  return found?.user ?? (await users.createUser(person, { method: "demo" }));
}

async function countTasks(url: string, token: string): Promise<number> {
  const response = await send(`${url}?limit=20`, token);
  const { tasks } = (await response.json()) as { tasks: unknown[] };
  return tasks.length;
}

async function addTask(url: string, token: string, title: string): Promise<void> {
  const body = JSON.stringify({ title });
  await send(url, token, { method: "POST", headers: { "content-type": "application/json" }, body });
}

async function send(url: string, token: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(url, {
    ...init,
    headers: { ...init.headers, authorization: `Bearer ${token}` },
    redirect: "error",
    signal: AbortSignal.timeout(deadline),
  });
  if (response.ok) return response;
  throw new Error(`the API answered ${response.status}`);
}
