import type { IncomingHttpHeaders } from "node:http";
import { type TokenFlaw, userIn } from "./shelf-token.ts";

/** What is wrong with the guard of a shelf. */
export type Flaw =
  | TokenFlaw
  | "open"
  | "open in upper case"
  | "compares no owner"
  | "compares no owner but finds by the token's"
  | "compares the undecoded owner"
  | "finds things by id alone"
  | "overrides methods behind the guard";

/** A thing on a shelf. */
export type Item = { id: number; owner: string; text: string };

/** Things of every user, under `/v1/users/{user_id}/<name>`. */
export type Shelf = { readonly name: string; readonly flaw: Flaw | undefined; items: Item[] };

/** A request as far as a shelf looks at it. */
export type Call = {
  readonly method: string;
  /** Undecoded, without the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

/** What is answered. */
export type Reply = { readonly status: number; readonly body?: object };

/** Whether the path is one of this shelf's. Exactly so, but for the one that ignores case. */
export function isOnShelf({ name, flaw }: Shelf, path: string): boolean {
  const segments = path.split("/").slice(1).map(decode);
  const [version, users, , own] =
    flaw === "open in upper case" ? segments.map((text) => text.toLowerCase()) : segments;
  return version === "v1" && users === "users" && own === name && segments.length <= 5;
}

/** Guard, then handler. */
export function callShelf(shelf: Shelf, call: Call, secret: string, nextId: () => number): Reply {
  const [, , owner = "", , item] = call.path.split("/").slice(1).map(decode);
  const user = userIn(call.headers.authorization, secret, shelf.flaw);
  const refusal = refuse(shelf, call, { owner, user, isItem: item !== undefined });
  if (refusal !== undefined) return { status: refusal, body: { error: "refused" } };
  const isTokens = shelf.flaw === "compares no owner but finds by the token's";
  return serve(
    shelf,
    { ...call, method: methodOf(shelf, call) },
    isTokens ? (user ?? "") : owner,
    item,
    nextId,
  );
}

type Asked = { owner: string; user: string | undefined; isItem: boolean };

function refuse({ name, flaw }: Shelf, call: Call, { owner, user, isItem }: Asked): 401 | 403 | undefined {
  if (flaw === "open") return undefined;
  if (flaw === "open in upper case" && !call.path.startsWith("/v1/users/")) return undefined;
  // Nothing is posted to a single thing: so it is not guarded.
  if (flaw === "overrides methods behind the guard" && call.method === "POST" && isItem) return undefined;
  if (user === undefined) return 401;
  if (flaw?.startsWith("compares no owner")) return undefined;
  if (flaw === "compares the undecoded owner") {
    const [, named = user] = new RegExp(`^/v1/users/([\\w-]+)/${name}`).exec(call.path) ?? [];
    return named === user ? undefined : 403;
  }
  return owner === user ? undefined : 403;
}

function methodOf({ flaw }: Shelf, { method, headers }: Call): string {
  const isOverridden = flaw === "overrides methods behind the guard" && method === "POST";
  return isOverridden ? String(headers["x-http-method-override"] ?? method) : method;
}

function serve(
  shelf: Shelf,
  call: Call,
  owner: string,
  item: string | undefined,
  nextId: () => number,
): Reply {
  if (item === undefined) return serveAll(shelf, call, owner, nextId);
  const found = shelf.items.find(
    ({ id, owner: whose }) =>
      String(id) === item && (whose === owner || shelf.flaw === "finds things by id alone"),
  );
  if (found === undefined) return { status: 404, body: { error: "no such thing" } };
  switch (call.method) {
    case "GET":
      return { status: 200, body: show(found) };
    case "PUT":
      found.text = textIn(call.body);
      return { status: 200, body: show(found) };
    case "DELETE":
      shelf.items = shelf.items.filter((candidate) => candidate !== found);
      return { status: 204 };
    default:
      return { status: 405, body: { error: "no such method" } };
  }
}

function serveAll(shelf: Shelf, { method, body }: Call, owner: string, nextId: () => number): Reply {
  if (method === "GET") {
    return {
      status: 200,
      body: { items: shelf.items.filter(({ owner: whose }) => whose === owner).map(show) },
    };
  }
  if (method !== "POST") return { status: 405, body: { error: "no such method" } };
  const text = textIn(body);
  if (text.length < 3) return { status: 422, body: { error: "want a text" } };
  const added = { id: nextId(), owner, text };
  shelf.items.push(added);
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
