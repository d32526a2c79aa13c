import { connect } from "node:net";
import { createTestIssuer } from "@usher-auth/testing";
import { createVerifier, sharedSecret } from "@usher-auth/verify";
import { type AnswerEvent, createAnswers } from "../../../src/gate/answer/answers.ts";
import { createGateGuard } from "../../../src/gate/guard.ts";
import { createJudge } from "../../../src/gate/judge.ts";
import type { Policy, Rule } from "../../../src/gate/policy/rule.ts";
import { createRouteTable } from "../../../src/gate/policy/table.ts";
import { trustedProxies } from "../../../src/gate/request/addresses.ts";
import { createCors } from "../../../src/gate/request/cors.ts";
import { start } from "../server/support.ts";

export const issuer = createTestIssuer();
export const page = "https://app.example.com";

/** A reply of the gate. Names of headers in lower case. */
export interface TestReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

function rule(template: string, more: Partial<Rule> = {}): Rule {
  return {
    method: "GET",
    template,
    access: "required",
    owners: new Map(template.includes("{user_id}") ? [["user_id", "sub"]] : []),
    scopes: [],
    claims: new Map(),
    source: "document",
    ...more,
  };
}

const rules = [
  rule("/public", { access: "public" }),
  rule("/api/{user_id}/tasks"),
  rule("/api/{user_id}/tasks", { method: "POST" }),
  rule("/reports", { scopes: [["reports:read"]] }),
  rule("/live/{user_id}"),
];

/** Starts the endpoints with a real judge. `policy` decides whether the routes are known. */
export async function startAnswers({
  trusted = ["127.0.0.1"],
  origins = [page],
}: {
  trusted?: string[];
  origins?: string[] | false;
} = {}) {
  const { secret, issuer: name, audience } = issuer;
  const verifier = createVerifier({ keys: sharedSecret(secret), issuer: name, audience });
  const cors = createCors(origins);
  const policy: { known: Policy | undefined } = {
    known: { table: createRouteTable(rules), warnings: [] } as unknown as Policy,
  };
  const events: AnswerEvent[] = [];
  const answers = createAnswers({
    judge: createJudge({ ...createGateGuard(verifier), cors, policy: () => policy.known }),
    cors,
    origins,
    trusted: trustedProxies(trusted),
    report: (event) => events.push(event),
  });
  const { server } = await start({ handle: answers.handle });
  const { port } = server;
  const send = (head: readonly string[]) => exchange(port, head);
  return {
    events,
    policy,
    port,
    send,
    /** Asks as nginx and HAProxy do. */
    ask: (path: string, method: string, target: string, headers: Readonly<Record<string, string>> = {}) =>
      send([
        `GET ${path} HTTP/1.1`,
        "Host: api.example.com",
        `X-Original-Method: ${method}`,
        `X-Original-URI: ${target}`,
        ...linesOf(headers),
      ]),
  };
}

export function linesOf(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
}

/** The token of a user, as a header. */
export function tokenOf(user: string, claims: Record<string, unknown> = {}): { Authorization: string } {
  return { Authorization: `Bearer ${issuer.tokenFor(user, { claims })}` };
}

/** Sends lines as they are. */
async function exchange(port: number, lines: readonly string[]): Promise<TestReply> {
  const socket = connect(port, "127.0.0.1").setEncoding("latin1");
  const last = lines.some((line) => line.startsWith("Connection:")) ? [] : ["Connection: close"];
  socket.write(`${[...lines, ...last].join("\r\n")}\r\n\r\n`, "latin1");
  let text = "";
  for await (const part of socket) text += part;
  const end = text.indexOf("\r\n\r\n");
  const [status = "", ...fields] = text.slice(0, end).split("\r\n");
  const headers = Object.fromEntries(
    fields.map((field) => {
      const colon = field.indexOf(":");
      return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()];
    }),
  );
  return { status: Number(status.split(" ")[1]), headers, body: text.slice(end + 4) };
}
