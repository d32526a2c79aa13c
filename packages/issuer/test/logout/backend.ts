import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import { readJws } from "../jws.ts";

/** A logout token that the backend received, decoded. */
export interface Arrival {
  readonly token: string;
  readonly header: Record<string, unknown>;
  readonly payload: Record<string, unknown>;
  readonly request: { method: string | undefined; contentType: string | undefined; fields: string[] };
}

/** A backend over HTTP that keeps the logout tokens it receives and answers as configured. */
export class Backend {
  /** The tokens that it acknowledged. */
  readonly acknowledged: Arrival[] = [];
  /** All tokens, acknowledged or not. */
  readonly arrived: Arrival[] = [];
  status = 200;
  headers: Record<string, string> = {};
  /** Set to leave requests unanswered. */
  silent = false;
  readonly #held: (() => void)[] = [];
  #server: Server = createServer();
  #port = 0;

  get endpoint(): string {
    return `http://127.0.0.1:${this.#port}/backchannel-logout`;
  }

  /** The `sub` and `sid` of the acknowledged tokens, sorted. */
  get ends(): { sub: unknown; sid?: unknown }[] {
    const ends = this.acknowledged.map(({ payload: { sub, sid } }) => ({
      sub,
      ...(sid !== undefined && { sid }),
    }));
    return ends.sort((one, other) => JSON.stringify(one).localeCompare(JSON.stringify(other)));
  }

  async open(): Promise<this> {
    this.#server = createServer((request, response) => this.#receive(request, response));
    await new Promise<void>((resolve) => this.#server.listen(this.#port, "127.0.0.1", resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const fields = new URLSearchParams(await text(request));
    const token = fields.get("logout_token") ?? "";
    const { method, headers } = request;
    const arrival = {
      token,
      ...readJws(token),
      request: { method, contentType: headers["content-type"], fields: [...fields.keys()] },
    };
    this.arrived.push(arrival);
    const answer = (): void => {
      if (this.status === 200 || this.status === 204) this.acknowledged.push(arrival);
      response.writeHead(this.status, { "cache-control": "no-store", ...this.headers }).end();
    };
    if (this.silent) this.#held.push(answer);
    else answer();
  }

  /** Answers the requests that were left unanswered. */
  release(): void {
    this.silent = false;
    for (const answer of this.#held.splice(0)) answer();
  }
}

/** A backend that listens on a free port until the test is over. */
export async function openBackend(): Promise<Backend> {
  const backend = await new Backend().open();
  onTestFinished(() => backend.close());
  return backend;
}
