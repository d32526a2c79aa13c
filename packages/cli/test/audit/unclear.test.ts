import type { IncomingMessage } from "node:http";
import { expect, test } from "vitest";
import { startServer } from "../support/server.ts";
import { issuer, tokens } from "./support/people.ts";
import { labelsWith, reportOf, runAudit } from "./support/run-audit.ts";
import { userIn } from "./support/shelf-token.ts";

type Reply = [status: number, body?: unknown, headers?: Record<string, string>];

/** An API of these paths; `reply` is told whose token it was, if it was good. */
async function start(
  paths: object,
  reply: (request: IncomingMessage, user: string | undefined) => Reply,
): Promise<string> {
  const url = await startServer(() => (request, response) => {
    const [status, body, headers]: Reply =
      request.url === "/openapi.json"
        ? [200, { openapi: "3.1.0", paths }]
        : reply(request, userIn(request.headers.authorization, issuer.secret));
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  });
  return `${url}/openapi.json`;
}

const segmentsOf = ({ url = "" }: IncomingMessage) => url.split("/").slice(1);

test("a refusal that the user's own request gets as well proves nothing", async () => {
  // Validates before it authenticates, and takes no sample for valid.
  const document = await start(
    { "/reports": { get: { parameters: [{ name: "day", in: "query", required: true }] } } },
    () => [400],
  );
  const run = await runAudit([document, "--json"], tokens);
  expect(labelsWith(run, "unclear")).toEqual(
    ["no_token", "garbage_token", "tampered_token", "unsigned_token", "expired_token"].map(
      (check) => `GET /reports ${check}`,
    ),
  );
  expect(labelsWith(run, "failed")).toEqual([]);
  expect(run.exitCode).toBe(2);
});

test("a missing thing is a refusal only where its owner finds it", async () => {
  const things: Record<string, string> = { ada: "1", grace: "2" };
  const document = await start(
    { "/u/{userId}/things": { get: {} }, "/u/{userId}/things/{thingId}": { get: {} } },
    (request, user) => {
      const [, owner = "", , thing] = segmentsOf(request);
      // Conceals: whoever asks for what is not theirs is told that there is nothing, even without a token.
      if (user === undefined || user !== decodeURIComponent(owner)) return [404];
      return thing === undefined
        ? [200, [{ id: things[user] }]]
        : thing === things[user]
          ? [200, { id: thing }]
          : [404];
    },
  );
  const run = await runAudit([document, "--json"], tokens);
  expect(labelsWith(run, "unclear")).toEqual([]);
  expect(labelsWith(run, "failed")).toEqual([]);
  expect(run.exitCode).toBe(0);
  expect(reportOf(run).notes.join()).toContain("another status than 401");
});

test("what both users see is nobody's, and no leak", async () => {
  const document = await start(
    { "/products": { get: {} }, "/products/{productId}": { get: {} } },
    (request, user) => {
      if (user === undefined) return [401];
      return segmentsOf(request).length === 1
        ? [200, { data: { items: [{ id: 7 }, { id: 8 }] } }]
        : [200, { id: 7, price: 3 }];
    },
  );
  const run = await runAudit([document, "--json"], tokens);
  expect(labelsWith(run, "failed")).toEqual([]);
  expect(labelsWith(run, "skipped")).toEqual(["GET /products/{productId} other_object"]);
  expect(run.exitCode).toBe(0);
  expect(reportOf(run).notes.join()).toContain("401 without WWW-Authenticate");
});

test("a path whose user is ignored is a flaw, and not a leak; so is a query that is obeyed, and that one is a leak", async () => {
  const paths = {
    "/u/{userId}/me": { get: {} },
    "/tasks": { get: { parameters: [{ name: "userId", in: "query" }] } },
    "/own": { get: { parameters: [{ name: "userId", in: "query" }] } },
  };
  const document = await start(paths, (request, user) => {
    if (user === undefined) return [401];
    const { pathname, searchParams } = new URL(request.url ?? "", "http://any");
    if (pathname === "/tasks") return [200, [{ task: `a task of ${searchParams.get("userId")}, kept long` }]];
    return pathname === "/own" || /^\/u\/[^/]+\/me$/.test(pathname)
      ? [200, { name: `the name of ${user}` }]
      : [404];
  });
  const run = await runAudit([document, "--json"], tokens);
  expect(labelsWith(run, "failed")).toEqual(["GET /u/{userId}/me other_owner", "GET /tasks other_owner"]);
  const severities = reportOf(run).operations.flatMap(({ checks }) =>
    checks.flatMap(({ severity }) => severity ?? []),
  );
  expect(severities).toEqual(["warning", "error"]);
});

test("objects within objects: B's within A's own is tried as well", async () => {
  const boards: Record<string, string> = { ada: "b1", grace: "b2" };
  const cards: Record<string, string> = { b1: "c1", b2: "c2" };
  const paths = {
    "/boards": { get: {} },
    "/boards/{boardId}": { get: {} },
    "/boards/{boardId}/cards": { get: {} },
    "/boards/{boardId}/cards/{cardId}": { get: {} },
  };
  const document = await start(paths, (request, user) => {
    if (user === undefined) return [401];
    const [, board, , card] = segmentsOf(request);
    if (board === undefined) return [200, { boards: [{ boardId: boards[user] }] }];
    // Asks whose the board is, and not which board the card is on.
    if (boards[user] !== board) return [403];
    if (segmentsOf(request).length === 2) return [200, { board }];
    if (card === undefined) return [200, [cards[board]]];
    return Object.values(cards).includes(card) ? [200, { card, text: `text of ${card}` }] : [404];
  });
  const run = await runAudit([document, "--json"], tokens);
  expect(labelsWith(run, "failed")).toEqual(["GET /boards/{boardId}/cards/{cardId} other_object"]);
  const found = reportOf(run)
    .operations.at(-1)
    ?.checks.find(({ verdict }) => verdict === "failed");
  expect(found?.says).toContain("within them");
});

test("an API that deletes nothing, and says that all went well, is believed by what is there afterwards", async () => {
  let things: { id: string; owner: string; text: string }[] = [];
  let lastId = 0;
  const paths = {
    "/things": {
      get: {},
      post: { requestBody: { content: { "application/json": { schema: { type: "object" } } } } },
    },
    "/things/{thingId}": { get: {}, delete: {} },
  };
  const document = await start(paths, (request, user) => {
    if (user === undefined) return [401];
    const [, id] = segmentsOf(request);
    const own = things.filter(({ owner }) => owner === user);
    if (id === undefined && request.method === "GET") return [200, own];
    if (id === undefined && request.method === "POST") {
      const thing = { id: `t${++lastId}`, owner: user, text: "x" };
      things.push(thing);
      return [201, undefined, { location: `/things/${thing.id}` }];
    }
    const thing = own.find((candidate) => candidate.id === id);
    if (request.method === "DELETE") {
      things = things.filter((candidate) => candidate !== thing);
      return [204];
    }
    return thing === undefined || request.method !== "GET" ? [404] : [200, thing];
  });
  const run = await runAudit([document, "--writes", "--json"], tokens);
  expect(labelsWith(run, "failed")).toEqual([]);
  expect(run.exitCode).toBe(0);
  expect(things).toEqual([]);
});

test("a path that breaks the API in one spelling is found", async () => {
  const document = await start({ "/u/{userId}/me": { get: {} } }, (request, user) => {
    if (request.url?.includes("%25")) return [500];
    return user === undefined ? [401] : request.url === `/u/${user}/me` ? [200, { name: user }] : [403];
  });
  const run = await runAudit([document, "--json"], tokens);
  expect(labelsWith(run, "failed")).toEqual(["GET /u/{userId}/me path_spelling"]);
  expect(run.exitCode).toBe(1);
});

test("what the users had before is not changed for the sake of a comparison", async () => {
  const changed: string[] = [];
  const paths = { "/things": { get: {} }, "/things/{thingId}": { get: {}, put: {} } };
  const document = await start(paths, (request, user) => {
    const [, id] = segmentsOf(request);
    // Nobody can tell from a 404 alone whether it was a refusal.
    if (user === undefined || (id !== undefined && id !== `of-${user}`)) return [404];
    if (request.method === "PUT") changed.push(id ?? "");
    return [200, id === undefined ? [{ id: `of-${user}` }] : { id }];
  });
  const run = await runAudit([document, "--writes", "--json"], tokens);
  expect(labelsWith(run, "unclear")).toContain("PUT /things/{thingId} no_token");
  expect(changed).toEqual([]);
  expect(run.exitCode).toBe(2);
});

test("an audit that tried nothing is no proof", async () => {
  const document = await start({ "/a": { post: {} } }, () => [401]);
  expect(await runAudit([document], tokens)).toMatchObject({
    exitCode: 2,
    output: expect.stringMatching(/^No proof: 1 operations, checks: 0 hold/m),
  });
});

test("too few requests are no proof", async () => {
  const document = await start({ "/a": { get: {} }, "/b": { get: {} } }, (_, user) =>
    user ? [200, {}] : [401],
  );
  const run = await runAudit([document, "--max-requests", "9", "--json"], tokens);
  expect(run.exitCode).toBe(2);
  expect(reportOf(run)).toMatchObject({ halt: "budget", summary: { requests: 9 } });
  expect(labelsWith(run, "skipped")).toContain("GET /b no_token");
});

test("tokens that end meanwhile are no proof: everything is refused then", async () => {
  const document = await start({ "/a": { get: {} } }, (_, user) => (user ? [200, {}] : [401]));
  const ending = {
    ...tokens,
    USHER_TOKEN_B: issuer.tokenFor("grace", { claims: { exp: Math.floor(Date.now() / 1000) + 4 } }),
  };
  const run = await runAudit([document, "--json"], ending);
  expect(run.exitCode).toBe(2);
  expect(reportOf(run)).toMatchObject({ halt: "expiry", summary: { requests: 0, passed: 0 } });
  expect(reportOf(run).operations[0]?.checks[0]?.reason).toContain("a token expires");
});

test("an operation that signs its user out makes every later refusal worthless", async () => {
  const signedOut = new Set<string>();
  const document = await start({ "/a": { get: {} }, "/sign-out": { post: {} } }, (request, user) => {
    // What it answers to nobody has to be compared with what it answers to a user, whom it signs out.
    if (user === undefined && request.method === "POST") return [400];
    if (user === undefined || signedOut.has(user)) return [401];
    if (request.method === "POST") signedOut.add(user);
    return [200, {}];
  });
  const run = await runAudit([document, "--writes", "--json"], tokens);
  expect(labelsWith(run, "failed")).toEqual([]);
  expect(run.exitCode).toBe(2);
  expect(reportOf(run).halt).toBe("refused");
  expect(reportOf(run).notes.join()).toContain("refuses a token that it took before");
});

test("an API that falls silent is no proof", async () => {
  let count = 0;
  const url = await startServer(() => (request, response) => {
    const isDocument = request.url === "/openapi.json";
    if (!isDocument && ++count > 6) return response.destroy();
    const user = userIn(request.headers.authorization, issuer.secret);
    response
      .writeHead(isDocument || user ? 200 : 401)
      .end(isDocument ? '{"openapi":"3.0.0","paths":{"/a":{"get":{}}}}' : "{}");
    return response;
  });
  const run = await runAudit([`${url}/openapi.json`, "--json"], tokens);
  expect(run.exitCode).toBe(2);
  expect(reportOf(run).halt).toBe("silence");
});
