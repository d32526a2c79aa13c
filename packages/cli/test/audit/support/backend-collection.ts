import type { IncomingHttpHeaders } from "node:http";
import { type TokenFlaw, userIn } from "./backend-token.ts";

/** A flaw in the guard of a collection. */
export type Flaw =
  | TokenFlaw
  | "open"
  | "open in upper case"
  | "compares no owner"
  | "compares no owner but finds by the token's"
  | "compares the undecoded owner"
  | "finds objects by id alone"
  | "overrides methods after the guard";

/** An object in a collection. */
export type Item = { id: number; owner: string; text: string };

/** Objects of every user, under `/v1/users/{user_id}/<name>`. */
export type Collection = { readonly name: string; readonly flaw: Flaw | undefined; items: Item[] };

/** The parts of a request that a collection reads. */
export type Call = {
  readonly method: string;
  /** Undecoded, without the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

/** The answer. */
export type Reply = { readonly status: number; readonly body?: object };

/** Whether the path is in this collection. Only the flawed one ignores case. */
export function isInCollection({ name, flaw }: Collection, path: string): boolean {
  const segments = path.split("/").slice(1).map(decode);
  const [version, users, , own] =
    flaw === "open in upper case" ? segments.map((text) => text.toLowerCase()) : segments;
  return version === "v1" && users === "users" && own === name && segments.length <= 5;
}

/** Guard, then handler. */
export function callCollection(
  collection: Collection,
  call: Call,
  secret: string,
  nextId: () => number,
): Reply {
  const [, , owner = "", , item] = call.path.split("/").slice(1).map(decode);
  const user = userIn(call.headers.authorization, secret, collection.flaw);
  const refusal = refuse(collection, call, { owner, user, isItem: item !== undefined });
  if (refusal !== undefined) return { status: refusal, body: { error: "refused" } };
  const isTokens = collection.flaw === "compares no owner but finds by the token's";
  return serve(
    collection,
    { ...call, method: methodOf(collection, call) },
    isTokens ? (user ?? "") : owner,
    item,
    nextId,
  );
}

type Asked = { owner: string; user: string | undefined; isItem: boolean };

function refuse(
  { name, flaw }: Collection,
  call: Call,
  { owner, user, isItem }: Asked,
): 401 | 403 | undefined {
  if (flaw === "open") return undefined;
  if (flaw === "open in upper case" && !call.path.startsWith("/v1/users/")) return undefined;
  // Nothing is posted to a single object, so that method has no guard.
  if (flaw === "overrides methods after the guard" && call.method === "POST" && isItem) return undefined;
  if (user === undefined) return 401;
  if (flaw?.startsWith("compares no owner")) return undefined;
  if (flaw === "compares the undecoded owner") {
    const [, named = user] = new RegExp(`^/v1/users/([\\w-]+)/${name}`).exec(call.path) ?? [];
    return named === user ? undefined : 403;
  }
  return owner === user ? undefined : 403;
}

function methodOf({ flaw }: Collection, { method, headers }: Call): string {
  const isOverridden = flaw === "overrides methods after the guard" && method === "POST";
  return isOverridden ? String(headers["x-http-method-override"] ?? method) : method;
}

function serve(
  collection: Collection,
  call: Call,
  owner: string,
  item: string | undefined,
  nextId: () => number,
): Reply {
  if (item === undefined) return serveAll(collection, call, owner, nextId);
  const found = collection.items.find(
    ({ id, owner: whose }) =>
      String(id) === item && (whose === owner || collection.flaw === "finds objects by id alone"),
  );
  if (found === undefined) return { status: 404, body: { error: "no such object" } };
  switch (call.method) {
    case "GET":
      return { status: 200, body: show(found) };
    case "PUT":
      found.text = textIn(call.body);
      return { status: 200, body: show(found) };
    case "DELETE":
      collection.items = collection.items.filter((candidate) => candidate !== found);
      return { status: 204 };
    default:
      return { status: 405, body: { error: "no such method" } };
  }
}

function serveAll(
  collection: Collection,
  { method, body }: Call,
  owner: string,
  nextId: () => number,
): Reply {
  if (method === "GET") {
    return {
      status: 200,
      body: { items: collection.items.filter(({ owner: whose }) => whose === owner).map(show) },
    };
  }
  if (method !== "POST") return { status: 405, body: { error: "no such method" } };
  const text = textIn(body);
  if (text.length < 3) return { status: 422, body: { error: "text is missing" } };
  const added = { id: nextId(), owner, text };
  collection.items.push(added);
  return { status: 201, body: show(added) };
}

function show({ id, text }: Item): object {
  return { id, text };
}

function textIn(body: string): string {
  const { text } = JSON.parse(body) as { text?: unknown };
  return typeof text === "string" ? text : "";
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
