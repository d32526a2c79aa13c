import { connect } from "node:net";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { type Dispatcher, request } from "undici";
import { WebSocket } from "ws";
import type { Random } from "../../tokens/support/random.ts";
import { blocksOf, ContentCheck, contentOf } from "./content.ts";

/** One request of a user. */
interface Call {
  readonly url: string;
  readonly dispatcher: Dispatcher;
  readonly user: string;
  readonly token: string;
  /** Who else there is. */
  readonly other: string;
  readonly nonce: string;
  readonly random: Random;
}

/** The connection or the gate's way to the backend failed. That is right while one of them is killed. */
export class Failed extends Error {}
/** The answer is not this request's. Never right. */
class Wrong extends Error {}

/** Resolves if the answer is right. */
export type Kind = (call: Call) => Promise<void>;

export const kinds: Readonly<Record<string, Kind>> = {
  get: async (call) => expectText(await send(call, "slow", { query: "&ms=0" }), `${call.user}:${call.nonce}`),
  slow: async (call) =>
    expectText(
      await send(call, "slow", { query: `&ms=${call.random.integer(2000)}` }),
      `${call.user}:${call.nonce}`,
    ),
  post: (call) => echo(call, call.random.integer(2000)),
  "large bodies both ways": (call) => echo(call, 1_000_000 + call.random.integer(4_000_000)),
  download: (call) => download(call, call.random.integer(5_000_000), 0),
  "slow reader": (call) => download(call, 1_500_000, 20),
  events,
  websocket,
  "another user's path": async (call) =>
    expectStatus(await send({ ...call }, "slow", { owner: call.other, query: "&ms=0" }), 403),
  "no token": async (call) =>
    expectStatus(await send({ ...call, token: "" }, "slow", { query: "&ms=0" }), 401),
  "refused body": async (call) =>
    expectStatus(await send(call, "echo", { owner: call.other, body: 100_000 }), 403),
  "slow writer": slowWriter,
  "aborted request": aborted,
  "aborted response": async (call) => {
    const { body } = await send(call, "content", { query: "&bytes=20000000" });
    for await (const _chunk of body) break;
    body.on("error", () => undefined).destroy();
  },
};

interface Sending {
  readonly owner?: string;
  readonly query?: string;
  /** The length of the body, which is the user's content. */
  readonly body?: number;
}

async function send(
  call: Call,
  name: string,
  { owner, query = "", body }: Sending,
): Promise<Dispatcher.ResponseData> {
  const { url, dispatcher, user, token, nonce } = call;
  const headers = token === "" ? {} : { authorization: `Bearer ${token}` };
  const content = body === undefined ? null : Readable.from(blocksOf(contentOf(user, nonce, body)));
  try {
    return await request(`${url}/api/${owner ?? user}/${name}?nonce=${nonce}${query}`, {
      dispatcher,
      method: content === null ? "GET" : "POST",
      headers,
      body: content,
    });
  } catch (error) {
    throw new Failed(`${name}: ${(error as Error).message}`);
  }
}

/** Checks that a response is for this request, before its body is read. */
async function checkHead(
  { user, nonce }: Call,
  { statusCode, headers, body }: Dispatcher.ResponseData,
): Promise<void> {
  if (statusCode >= 502 && statusCode <= 504) {
    await body.dump();
    throw new Failed(`status ${statusCode}`);
  }
  const answerFor = headers["x-answer-for"];
  if (statusCode !== 200 || answerFor !== `${user}:${nonce}`)
    throw new Wrong(
      `${user}:${nonce} got ${statusCode} for ${answerFor}: ${(await text(body)).slice(0, 200)}`,
    );
}

async function text(body: Dispatcher.ResponseData["body"]): Promise<string> {
  try {
    return await body.text();
  } catch (error) {
    throw new Failed(`the body ended: ${(error as Error).message}`);
  }
}

async function expectText(response: Dispatcher.ResponseData, wanted: string): Promise<void> {
  const got = await text(response.body);
  if (response.statusCode >= 502 && response.statusCode <= 504)
    throw new Failed(`status ${response.statusCode}`);
  if (response.statusCode !== 200 || got !== wanted)
    throw new Wrong(`${wanted} got ${response.statusCode} ${got.slice(0, 200)}`);
}

async function expectStatus(response: Dispatcher.ResponseData, wanted: number): Promise<void> {
  const got = await text(response.body);
  if (response.statusCode >= 502 && response.statusCode <= 504)
    throw new Failed(`status ${response.statusCode}`);
  if (response.statusCode !== wanted)
    throw new Wrong(`status ${response.statusCode} in place of ${wanted}: ${got.slice(0, 200)}`);
}

async function echo(call: Call, length: number): Promise<void> {
  const response = await send(call, "echo", { body: length });
  await checkContent(call, response, length, 0);
}

async function download(call: Call, length: number, pause: number): Promise<void> {
  const response = await send(call, "content", { query: `&bytes=${length}` });
  await checkContent(call, response, length, pause);
}

async function checkContent(
  call: Call,
  response: Dispatcher.ResponseData,
  length: number,
  pause: number,
): Promise<void> {
  await checkHead(call, response);
  const check = new ContentCheck(contentOf(call.user, call.nonce, length));
  try {
    for await (const chunk of response.body) {
      check.add(chunk as Buffer);
      if (pause > 0) await sleep(pause);
    }
  } catch (error) {
    if (check.isRight) throw new Failed(`the body ended: ${(error as Error).message}`);
  }
  if (!check.isWhole)
    throw new Wrong(
      `${call.user}:${call.nonce}: the body is not its own, from ${check.received} of ${length} bytes on`,
    );
}

async function events(call: Call): Promise<void> {
  const count = 5 + call.random.integer(30);
  const response = await send(call, "events", { query: `&count=${count}` });
  await checkHead(call, response);
  const wanted = Array.from(
    { length: count },
    (_, number) => `data: ${call.user}:${call.nonce}:${number}\n\n`,
  ).join("");
  const got = await text(response.body);
  if (got !== wanted) throw new Wrong(`${call.user}:${call.nonce} got the events ${got.slice(0, 200)}`);
}

function websocket({ url, user, token, nonce, random }: Call): Promise<void> {
  const count = 3 + random.integer(5);
  return new Promise((resolve, reject) => {
    const client = new WebSocket(`${url.replace("http", "ws")}/api/${user}/socket?nonce=${nonce}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    let number = 0;
    client.on("open", () => client.send(String(number)));
    client.on("message", (message) => {
      if (String(message) !== `${user}:${nonce}:${number}`) {
        reject(new Wrong(`${user}:${nonce}:${number} got the message ${message}`));
        client.terminate();
      } else if (++number === count) {
        resolve();
        client.close();
      } else setTimeout(() => client.readyState === client.OPEN && client.send(String(number)), 20);
    });
    client.on("error", (error) => reject(new Failed(`websocket: ${error.message}`)));
    client.on("close", (code) => reject(new Failed(`the socket was closed: ${code}`)));
  });
}

/** A body that arrives in small pieces. */
async function slowWriter(call: Call): Promise<void> {
  const { url, user, token, nonce } = call;
  const content = contentOf(user, nonce, 400).at(0);
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  const heard: string[] = [];
  const closed = new Promise<void>((resolve) => socket.on("close", () => resolve()));
  socket.on("error", () => undefined);
  socket.setEncoding("latin1").on("data", (part: string) => heard.push(part));
  socket.write(
    `POST /api/${user}/count?nonce=${nonce} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nContent-Length: 400\r\nConnection: close\r\n\r\n`,
  );
  for (let offset = 0; offset < 400 && socket.writable; offset += 20) {
    socket.write(content.subarray(offset, offset + 20));
    await sleep(30);
  }
  await closed;
  const answer = heard.join("");
  if (answer.endsWith(`${user}:${nonce}:400`) || answer.includes(`${user}:${nonce}:400\r\n0\r\n`)) return;
  if (answer === "" || /^HTTP\/1.1 50[234]/.test(answer)) throw new Failed("no answer to a slow body");
  throw new Wrong(`${user}:${nonce} got ${answer.slice(0, 300)}`);
}

/** A client that leaves in the middle of its body. */
async function aborted({ url, user, token, nonce }: Call): Promise<void> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  socket.on("error", () => undefined);
  socket.write(
    `POST /api/${user}/echo?nonce=${nonce} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nContent-Length: 100000\r\n\r\n${"x".repeat(5000)}`,
  );
  await sleep(50);
  socket.destroy();
}
