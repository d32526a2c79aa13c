import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { createVerifier, type KeySource } from "@usher-auth/verify";
import { createLogoutEndpoint, type LogoutEndpoint } from "@usher-auth/verify/logout";
import { createRevocations, memoryRevocationStore } from "@usher-auth/verify/revocation";
import { onTestFinished } from "vitest";

/**
 * The API's endpoint for logout tokens, with a real verifier.
 */
export class LogoutListener {
  /** The status of every answer. */
  readonly statuses: number[] = [];
  /** The sessions that were revoked. */
  readonly ended: string[] = [];
  #server: Server = createServer();
  #port = 0;
  #receive: LogoutEndpoint | undefined;

  get apiUrl(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Sets the keys that verify logout tokens. It answers 503 until then. */
  trust(keys: KeySource, issuer: string): void {
    const store = memoryRevocationStore();
    const recording = {
      ...store,
      append: async (revocations: Parameters<typeof store.append>[0]) => {
        this.ended.push(...revocations.map(({ id }) => id));
        await store.append(revocations);
      },
    };
    const revocations = createRevocations({ store: recording, maxTokenAge: 300 });
    onTestFinished(() => revocations.close());
    this.#receive = createLogoutEndpoint(
      createVerifier({ keys, issuer, audience: this.apiUrl, revocations }),
    );
  }

  async open(): Promise<this> {
    this.#server = createServer(async (request, response) => {
      const body = await buffer(request);
      const known =
        request.method === "POST" && request.url === "/backchannel-logout" ? this.#receive : undefined;
      const answer = await known?.({ contentType: request.headers["content-type"], body });
      this.statuses.push(answer?.status ?? 503);
      response.writeHead(answer?.status ?? 503, answer?.headers).end(answer?.body);
    });
    await new Promise<void>((resolve) => this.#server.listen(this.#port, "127.0.0.1", resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }
}

/** A listener that is open until the test is over. */
export async function openLogoutListener(): Promise<LogoutListener> {
  const listener = await new LogoutListener().open();
  onTestFinished(() => listener.close());
  return listener;
}
