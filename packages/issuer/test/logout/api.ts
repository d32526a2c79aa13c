import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import {
  AuthError,
  createVerifier,
  type KeySource,
  type Revocations,
  type Verifier,
} from "@usher-auth/verify";
import { createLogoutEndpoint } from "@usher-auth/verify/logout";
import { createRevocations, memoryRevocationStore } from "@usher-auth/verify/revocation";
import { onTestFinished } from "vitest";
import { audience, baseURL } from "../instance.ts";

/**
 * An API over HTTP that verifies tokens and accepts logout tokens with `@usher-auth/verify`. It can be killed
 * at any time and started again on its port. Its store survives, like a database.
 */
export class Api {
  readonly #store = memoryRevocationStore();
  readonly #keys: KeySource;
  #server: Server = createServer();
  #verifier: Verifier | undefined;
  #revocations: Revocations | undefined;
  #port = 0;

  constructor(keys: KeySource) {
    this.#keys = keys;
    onTestFinished(() => this.kill());
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.#port}/backchannel-logout`;
  }

  async start(): Promise<this> {
    const revocations = createRevocations({ store: this.#store, maxTokenAge: 300 });
    const verifier = createVerifier({ keys: this.#keys, issuer: baseURL, audience, revocations });
    await verifier.ready();
    const receive = createLogoutEndpoint(verifier);
    this.#server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
      const body = await buffer(request).catch(() => undefined);
      const answer = await receive({ contentType: request.headers["content-type"], body });
      response.writeHead(answer.status, answer.headers).end(answer.body);
    });
    await new Promise<void>((resolve) => this.#server.listen(this.#port, "127.0.0.1", resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
    this.#verifier = verifier;
    this.#revocations = revocations;
    return this;
  }

  /** Closes all connections at once. */
  async kill(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
    await this.#revocations?.close();
  }

  /** `ok`, or the error code. */
  async verdict(token: string): Promise<string> {
    try {
      await this.#verifier?.verify(token);
      return "ok";
    } catch (error) {
      if (error instanceof AuthError) return error.code;
      throw error;
    }
  }
}
